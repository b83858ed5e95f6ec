/** The values that a schema lists to choose from, and what to call them. */
import { isObject, type Json, type JsonObject, own, stringify } from "../api/json";
import type { Option } from "./kinds";

export const NOTHING: Option = { value: null, label: "none" };

/** Gives the values of `enum`, `const`, or `oneOf` constants with titles; none for others. */
export function optionsOf(schema: JsonObject): readonly Option[] {
  const one = own(schema, "const");
  const many = one === undefined ? own(schema, "enum") : [one];
  if (Array.isArray(many)) {
    const given = own(schema, "x-enum-labels");
    return many.map((value, at) => ({ value, label: labelOf(given, value, at) }));
  }
  const parts = own(schema, "oneOf");
  if (!Array.isArray(parts)) return [];
  const constants = parts.filter((part) => isObject(part) && Object.hasOwn(part, "const"));
  if (constants.length < parts.length) return [];
  return (constants as JsonObject[]).map((part) => {
    const value = part.const ?? null;
    return { value, label: text(part.title) || shown(value) };
  });
}

/** Writes a value for a person. */
export function shown(value: Json): string {
  if (value === null) return NOTHING.label;
  return typeof value === "string" ? value : stringify(value);
}

function labelOf(given: Json | undefined, value: Json, at: number): string {
  const label = Array.isArray(given)
    ? given[at]
    : isObject(given)
      ? own(given, shown(value))
      : undefined;
  return text(label) || shown(value);
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
