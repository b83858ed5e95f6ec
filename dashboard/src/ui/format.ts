/** How times, durations and numbers are shown. */

const SECOND = 1_000;
const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400 * SECOND],
  ["hour", 3_600 * SECOND],
  ["minute", 60 * SECOND],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "narrow" });
const whole = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "medium",
  timeStyle: "short",
});
const days = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
const grouped = new Intl.NumberFormat("en");

/** "in 3h", "2 days ago", "now". */
export function fromNow(time: string, now: number): string {
  const distance = Date.parse(time) - now;
  for (const [unit, size] of STEPS) {
    if (Math.abs(distance) >= size) return relative.format(Math.trunc(distance / size), unit);
  }
  return distance < 0 ? "just now" : "in under a minute";
}

/** "5 Jan 2026, 10:00", in the reader's zone. */
export function moment(time: string): string {
  return whole.format(new Date(time));
}

/** "5 Jan 2026", of a day of UTC such as "2026-01-05". */
export function date(day: string): string {
  return days.format(new Date(day));
}

/** "45 s", "3 min", "2.5 h", "4 d"; seconds in. */
export function duration(seconds: number): string {
  for (const [size, unit] of [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
  ] as const) {
    if (seconds >= size) return `${round(seconds / size)} ${unit}`;
  }
  return `${round(seconds)} s`;
}

export function number(value: number): string {
  return grouped.format(value);
}

export function percent(share: number): string {
  return `${round(share * 100)} %`;
}

function round(value: number): string {
  return String(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
}

/** "in_progress" as "In progress". */
export function words(name: string): string {
  if (name === "api") return "API";
  const spaced = name.replaceAll("_", " ").trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
