import { expect, test } from "vitest";
import { Exact } from "../api/json";
import { isMore, isSame } from "./exact";

test("numbers beyond what JavaScript holds are compared digit by digit", () => {
  expect(isMore("9007199254740993", "9007199254740992")).toBe(true);
  expect(isMore("9007199254740992", new Exact("9007199254740993"))).toBe(false);
});

test("the same number is the same however it is written", () => {
  expect(isSame("1.50", "1.5")).toBe(true);
  expect(isSame("1e2", 100)).toBe(true);
  expect(isSame("-.5", "-0.50")).toBe(true);
});
