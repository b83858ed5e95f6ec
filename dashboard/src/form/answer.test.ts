import { expect, test } from "vitest";
import { type JsonObject, stringify } from "../api/json";
import { answerOf } from "./answer";
import { type Drafts, startOf } from "./draft";
import { fieldsOf } from "./schema";

function form(properties: JsonObject, required: string[] = Object.keys(properties)) {
  return fieldsOf({ type: "object", properties, required });
}

function answer(properties: JsonObject, drafts: Drafts, required?: string[]) {
  return answerOf(form(properties, required), drafts);
}

test("nothing is filled in unless the schema has a default or the task an answer to begin with", () => {
  const fields = form({
    approved: { type: "boolean" },
    reason: { type: "string", default: "" },
    level: { enum: ["low", "high"], default: "high" },
  });
  expect(startOf(fields, null)).toEqual({ approved: undefined, reason: "", level: "1" });
  expect(startOf(fields, { approved: false })).toMatchObject({ approved: "false" });
});

test("a yes-or-no that nobody answered is missing, not no", () => {
  expect(answer({ approved: { type: "boolean" } }, {}).problems).toEqual([
    { path: ["approved"], msg: "is required" },
  ]);
});

test("a default that was cleared does not come back", () => {
  const properties = {
    text: { type: "string", default: "n/a" },
    maybe: { anyOf: [{ type: "integer" }, { type: "null" }], default: 3 },
    count: { type: "integer", default: 3 },
  };
  const { value, problems } = answer(properties, { text: "", maybe: "", count: "" }, []);
  expect(value).toEqual({ text: "", maybe: null });
  expect(problems).toEqual([{ path: ["count"], msg: "must have a value" }]);
});

test("what is optional and empty is left out, and null when it must be there", () => {
  const maybe = { anyOf: [{ type: "string" }, { type: "null" }] };
  expect(answer({ maybe: { ...maybe, default: null } }, {}, []).value).toEqual({});
  expect(answer({ maybe }, {}).value).toEqual({ maybe: null });
});

test("numbers keep every digit that was typed", () => {
  const properties = {
    huge: { type: "integer" },
    price: { anyOf: [{ type: "number" }, { type: "string" }] },
    ratio: { type: "number" },
  };
  const drafts = { huge: "+00123456789012345678901", price: "1.10", ratio: ".5" };
  const { value } = answer(properties, drafts);
  expect(stringify(value)).toBe('{"huge":123456789012345678901,"price":"1.10","ratio":0.5}');
});

test("limits are told before sending", () => {
  const count = { type: "integer", minimum: 1, exclusiveMaximum: 5 };
  const told = (draft: string) => answer({ count }, { count: draft }).problems[0]?.msg;
  expect(told("0")).toBe("must be at least 1");
  expect(told("5")).toBe("must be less than 5");
  expect(told("many")).toBe("must be a whole number");
  expect(told("4")).toBeUndefined();
});

test("a union has no branch until one is chosen, and carries its tag then", () => {
  const branch = (kind: string) => ({
    type: "object",
    title: kind,
    properties: { kind: { const: kind }, number: { type: "string" } },
    required: ["kind", "number"],
  });
  const pay = { oneOf: [branch("card"), branch("bank")], discriminator: { propertyName: "kind" } };
  expect(answer({ pay }, {}).problems).toEqual([{ path: ["pay"], msg: "is required" }]);
  const chosen = { branch: 1, value: { fields: { number: "42" } } };
  expect(answer({ pay }, { pay: chosen }).value).toEqual({ pay: { kind: "bank", number: "42" } });
  expect(startOf(form({ pay }), { pay: { kind: "bank", number: "42" } })).toEqual({ pay: chosen });
});

test("an entry of a mapping needs a name of its own", () => {
  const scores = { type: "object", additionalProperties: { type: "integer" } };
  const items = [
    { id: 0, name: "a", value: "1" },
    { id: 1, name: "a", value: "2" },
    { id: 2, value: "3" },
  ];
  expect(answer({ scores }, { scores: { items } }).problems).toEqual([
    { path: ["scores", "#2"], msg: "has a name that is there already" },
    { path: ["scores", "#3"], msg: "needs a name" },
  ]);
});

test("names that every object has are names like others", () => {
  const properties = { constructor: { type: "string" }, toString: { type: "integer" } };
  expect(answer(properties, {}).problems).toHaveLength(2);
  expect(startOf(form(properties), {})).toEqual({ constructor: undefined, toString: undefined });
});

test("a recursive schema is read as far as it is filled in", () => {
  const fields = fieldsOf({
    $ref: "#/$defs/Node",
    $defs: {
      Node: {
        type: "object",
        properties: {
          name: { type: "string" },
          children: { type: "array", items: { $ref: "#/$defs/Node" }, default: [] },
        },
        required: ["name"],
      },
    },
  });
  const value = { name: "a", children: [{ name: "b", children: [] }] };
  expect(answerOf(fields, startOf(fields, value)).value).toEqual(value);
});
