import { expect, test } from "vitest";
import { nextAfter, ordered } from "./order";

const rows = (...ids: string[]) => ids.map((id) => ({ id }));

test("nothing moves under a pointer: new rows wait, and rows that went stay", () => {
  const { rows: shown, waiting, gone } = ordered(rows("b", "a"), rows("d", "c", "a"), true);
  expect(shown).toEqual(rows("b", "a"));
  expect(waiting).toBe(2);
  expect([...gone]).toEqual(["b"]);
});

test("more rows at the end are shown at once", () => {
  expect(ordered(rows("b"), rows("b", "a"), true)).toMatchObject({
    rows: rows("b", "a"),
    waiting: 0,
  });
});

test("without a pointer the rows are as they should be", () => {
  expect(ordered(rows("b"), rows("c", "b"), false)).toMatchObject({
    rows: rows("c", "b"),
    waiting: 0,
  });
});

test("after a task comes the one below it, else the one above", () => {
  expect(nextAfter(["a", "b", "c"], "b")).toBe("c");
  expect(nextAfter(["a", "b"], "b")).toBe("a");
  expect(nextAfter(["a"], "a")).toBeUndefined();
});
