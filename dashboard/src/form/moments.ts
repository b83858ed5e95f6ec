/** Dates and times as a browser's fields take them, and as RFC 3339 writes them. */

export type MomentDraft = { local: string; zone: Zone };
/** "local" is the reader's own, at that moment; "" is none; else "Z" or "+02:00". */
export type Zone = string;

const PARTS = /^(?:(\d{4}-\d\d-\d\d)[Tt ])?(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)([Zz]|[+-]\d\d:\d\d)?$/;

/** Takes a moment apart; what is none stays as it is, for the server to refuse. */
export function momentDraft(text: string): MomentDraft {
  const [, day, time, zone] = PARTS.exec(text) ?? [];
  if (!time) return { local: text, zone: "" };
  return { local: day ? `${day}T${time}` : time, zone: (zone ?? "").toUpperCase() };
}

/** Writes a moment; undefined when it is none. */
export function momentText({ local, zone }: MomentDraft): string | undefined {
  if (!PARTS.test(local)) return undefined;
  const minutes = local.slice(local.indexOf("T") + 1).length === "00:00".length;
  return `${local}${minutes ? ":00" : ""}${zone === "local" ? offsetAt(local) : zone}`;
}

/** The offset of the reader's own zone at a moment, or today at a time, as "+02:00". */
export function offsetAt(local: string): string {
  const moment = new Date(local);
  const minutes = -(Number.isNaN(moment.getTime()) ? new Date() : moment).getTimezoneOffset();
  const [sign, size] = minutes < 0 ? ["-", -minutes] : ["+", minutes];
  const pair = (part: number) => String(Math.trunc(part)).padStart(2, "0");
  return `${sign}${pair(size / 60)}:${pair(size % 60)}`;
}
