import { expect, test } from "vitest";
import { Exact, exactly, parse, same, stringify } from "./json";

test("a number that would be rounded keeps its digits there and back", () => {
  const text = '{"id":123456789012345678901234567890,"price":10.10,"small":3}';
  const value = parse(text) as { [name: string]: unknown };
  expect(value.id).toEqual(new Exact("123456789012345678901234567890"));
  expect(value.price).toEqual(new Exact("10.10"));
  expect(value.small).toBe(3);
  expect(stringify(value)).toBe(text);
});

test("typed numbers are plain where they can be", () => {
  expect(exactly("42")).toBe(42);
  expect(exactly("9007199254740993")).toEqual(new Exact("9007199254740993"));
});

test("values are the same when their JSON is", () => {
  expect(same([1, { a: null }], [1, { a: null }])).toBe(true);
  expect(same("1", 1)).toBe(false);
});
