import { expect, test } from "vitest";
import { duration, fromNow, percent, words } from "./format";

test("times are seen from now", () => {
  const now = Date.parse("2026-01-05T10:00:00Z");
  expect(fromNow("2026-01-05T13:30:00Z", now)).toBe("in 3h");
  expect(fromNow("2026-01-04T09:00:00Z", now)).toBe("1d ago");
  expect(fromNow("2026-01-05T09:59:58Z", now)).toBe("just now");
});

test("durations have one unit", () => {
  expect([45, 90, 9_000, 864_000].map(duration)).toEqual(["45 s", "1.5 min", "2.5 h", "10 d"]);
});

test("names become words", () => {
  expect([words("in_progress"), words("api"), percent(0.934)]).toEqual([
    "In progress",
    "API",
    "93 %",
  ]);
});
