import { expect, test } from "vitest";
import { momentDraft, momentText, offsetAt } from "./moments";

test("a moment comes back as it was", () => {
  for (const text of ["2026-01-05T10:00:30.123456+02:00", "10:00:00Z", "2026-01-05T10:00:00"]) {
    expect(momentText(momentDraft(text))).toBe(text);
  }
});

test("seconds that a browser leaves out are put in", () => {
  expect(momentText({ local: "2026-01-05T10:00", zone: "Z" })).toBe("2026-01-05T10:00:00Z");
});

test("the reader's own zone is written as its offset at that moment", () => {
  const local = "2026-07-05T10:00:00";
  expect(momentText({ local, zone: "local" })).toBe(local + offsetAt(local));
  expect(offsetAt(local)).toMatch(/^[+-]\d\d:\d\d$/);
});

test("half a moment is none", () => {
  expect(momentText({ local: "2026-01-05", zone: "" })).toBeUndefined();
});
