import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { JsonObject } from "../api/json";
import { describedFields } from "./described.testing";
import { fieldsOf } from "./schema";

type Form = { name: string; schema: JsonObject; depth: number; fields: unknown };

// Written by tests/dashboard/test_agreement.py: schemas, and what the server asks for with each.
const path = process.env.AWAITHUMANS_FORMS;
const forms: Form[] = path ? JSON.parse(readFileSync(path, "utf-8")) : [];

test.each(forms)("$name is the same form here and on the server", (form) => {
  expect(describedFields(fieldsOf(form.schema), form.depth)).toEqual(form.fields);
});
