/**
 * Reads from a JSON Schema what to ask a person for, as the server's `forms.fields` does: the
 * terminal and the browser ask the same questions.
 */
import { isNumber, isObject, type Json, type JsonObject, own } from "../api/json";
import type { Branch, Field, Kind, Limits } from "./kinds";
import { NOTHING, optionsOf } from "./options";

// How many references or unions may stand for the same value before it is asked for as JSON, and
// how many forms it may take in all.
const MOST_STEPS = 40;
const MOST_FORMS = 1_000;
const LONG = 200;
const LONG_FORMATS = new Set(["textarea", "multiline", "markdown"]);
const NOUNS: { [type: string]: string } = {
  string: "text",
  integer: "whole number",
  number: "number",
  boolean: "yes or no",
  array: "list",
  object: "record",
};
const JSON_KIND: Kind = { is: "json" };

/** Gives the fields of an answer; one with an empty name when it is no object of known fields. */
export function fieldsOf(document: JsonObject): readonly Field[] {
  const reader = new Reader(document);
  const kind = reader.kind(document);
  if (kind.is === "record") return kind.fields();
  return [{ ...fieldOf("", document, document, kind, true), isWhole: true }];
}

/** Counts the schemas of one value, so that no schema can make a form without end. */
class Way {
  constructor(
    private readonly steps = 0,
    private readonly forms = { count: 0 },
  ) {}

  on(): Way {
    return new Way(this.steps + 1, this.forms);
  }

  isTooLong(): boolean {
    this.forms.count += 1;
    return this.steps > MOST_STEPS || this.forms.count > MOST_FORMS;
  }
}

/** One document, in which references are looked up. */
class Reader {
  constructor(private readonly document: JsonObject) {}

  kind(schema: Json | undefined, way = new Way(), without?: string): Kind {
    if (!isObject(schema) || way.isTooLong()) return JSON_KIND;
    const whole = this.whole(schema);
    const options = optionsOf(whole);
    if (options.length > 0) return { is: "choice", options };
    const parts = own(whole, "anyOf") ?? own(whole, "oneOf");
    if (Array.isArray(parts)) return this.union(whole, parts, way.on());
    const type = own(whole, "type") ?? (Object.hasOwn(whole, "properties") ? "object" : undefined);
    if (Array.isArray(type)) {
      const each = type.map((name) => ({ ...whole, type: name }));
      return this.union(whole, each, way.on());
    }
    if (type === "object") return this.object(whole, without);
    if (type === "array") return this.array(whole);
    return scalar(type, whole);
  }

  /** Puts a schema together with what its references lead to; its own words win. */
  private whole(start: JsonObject): JsonObject {
    let schema = start;
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const { $ref, allOf, ...words } = schema;
      const only = Array.isArray(allOf) && allOf.length === 1 ? allOf[0] : undefined;
      if (typeof $ref === "string") schema = { ...this.target($ref), ...words };
      else if (only !== undefined) schema = { ...asSchema(only), ...words };
      else return schema;
    }
    return {};
  }

  private target(reference: string): JsonObject {
    let part: Json | undefined = this.document;
    const steps = decodeURIComponent(reference.slice(reference.indexOf("#") + 1)).split("/");
    for (const step of steps.slice(1)) {
      const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
      if (Array.isArray(part)) part = part[Number(name)];
      else part = isObject(part) ? own(part, name) : undefined;
    }
    return asSchema(part);
  }

  private object(schema: JsonObject, without?: string): Kind {
    const properties = asSchema(schema.properties);
    if (Object.keys(properties).length > 0) {
      const fields = once(() => this.fields(schema, properties, without));
      return { is: "record", title: asText(own(schema, "title")), fields };
    }
    const values = own(schema, "additionalProperties");
    if (!isObject(values)) return JSON_KIND;
    const names = asSchema(own(schema, "propertyNames"));
    return {
      is: "mapping",
      name: once(() => this.kind({ type: "string", ...this.whole(names) })),
      value: once(() => this.kind(values)),
    };
  }

  private fields(schema: JsonObject, properties: JsonObject, without?: string): readonly Field[] {
    const required = own(schema, "required");
    const names = new Set(Array.isArray(required) ? required : []);
    return Object.entries(properties)
      .filter(([name]) => name !== without)
      .map(([name, part]) => {
        const whole = this.whole(asSchema(part));
        const kind = this.kind(part);
        return fieldOf(name, asSchema(part), whole, kind, names.has(name));
      });
  }

  private array(schema: JsonObject): Kind {
    const items = own(schema, "items");
    if (!isObject(items) || Object.hasOwn(schema, "prefixItems")) return JSON_KIND;
    return {
      is: "list",
      item: once(() => this.kind(items)),
      ...numbers(schema, { minItems: "minItems", maxItems: "maxItems" }),
    };
  }

  private union(schema: JsonObject, parts: readonly Json[], way: Way): Kind {
    const branches = parts.map((part) => this.whole(asSchema(part)));
    const some = branches.filter((branch) => branch.type !== "null");
    const [first] = some;
    if (first === undefined) return { is: "choice", options: [NOTHING] };
    if (some.length < branches.length) {
      return { is: "optional", kind: this.union(schema, some, way) };
    }
    const decimal = decimalOf(some);
    if (decimal) return decimal;
    if (some.length === 1) return this.kind(first, way);
    const tags = this.tags(schema, some);
    return {
      is: "union",
      options: some.map((branch, at): Branch => {
        const tag = tags[at];
        const kind = this.kind(branch, way, tag?.[0]);
        return { label: labelOf(branch), kind, ...(tag && { tag }) };
      }),
    };
  }

  /** Finds the property whose single value tells the branches apart, and those values. */
  private tags(
    schema: JsonObject,
    branches: readonly JsonObject[],
  ): readonly (readonly [string, string] | undefined)[] {
    const named = asText(asSchema(own(schema, "discriminator")).propertyName);
    const candidates = named ? [named] : Object.keys(asSchema(branches[0]?.properties));
    for (const name of candidates) {
      const values = branches.map((branch) => this.singleValue(branch, name));
      const known = values.filter((value) => value !== undefined);
      if (known.length === branches.length && new Set(known).size === known.length) {
        return known.map((value) => [name, value] as const);
      }
    }
    return [];
  }

  private singleValue(branch: JsonObject, name: string): string | undefined {
    const part = asSchema(own(asSchema(branch.properties), name));
    const [only, another] = optionsOf(this.whole(part));
    return another === undefined && typeof only?.value === "string" ? only.value : undefined;
  }
}

/** Schemas can be recursive: what lies within is read when it is asked for, and then kept. */
function once<T>(read: () => T): () => T {
  let known: { value: T } | undefined;
  return () => {
    known ??= { value: read() };
    return known.value;
  };
}

/** Makes a field; a title behind a reference is the name of a type, not of the field. */
function fieldOf(
  name: string,
  schema: JsonObject,
  whole: JsonObject,
  kind: Kind,
  required: boolean,
): Field {
  const spaced = name.replaceAll("_", " ").trim().toLowerCase();
  const given = own(whole, "default");
  return {
    name,
    title: asText(own(schema, "title")) || spaced.charAt(0).toUpperCase() + spaced.slice(1),
    description: asText(own(whole, "description")),
    required,
    ...(given === undefined ? {} : { default: given }),
    kind,
  };
}

function scalar(type: Json | undefined, schema: JsonObject): Kind {
  if (type === "string") return textOf(schema);
  if (type === "integer" || type === "number") return { is: type, limits: limitsOf(schema) };
  if (type === "boolean") return { is: "boolean" };
  if (type === "null") return { is: "choice", options: [NOTHING] };
  return JSON_KIND;
}

function textOf(schema: JsonObject): Kind {
  let format = asText(own(schema, "format"));
  if (format === "date" || format === "time") return { is: format };
  if (format === "date-time") return { is: "datetime" };
  if (own(schema, "contentMediaType") === "application/json") format ||= "json-string";
  const sizes = numbers(schema, { minLength: "minLength", maxLength: "maxLength" });
  const pattern = asText(own(schema, "pattern"));
  return {
    is: "text",
    long: LONG_FORMATS.has(format) || (sizes.maxLength ?? 0) > LONG,
    ...sizes,
    ...(pattern && { pattern }),
    ...(format && { format }),
  };
}

// pydantic writes a decimal as a number, or a text with a pattern that begins like this.
const DECIMAL_START = "^(?!^[-+.]*$)";

/** Recognizes how pydantic writes a decimal: a number, or a text without words of its own. */
function decimalOf(branches: readonly JsonObject[]): Kind | undefined {
  const [number, text, another] = branches;
  if (another || number?.type !== "number" || text?.type !== "string") return undefined;
  const pattern = own(text, "pattern");
  if (pattern !== undefined && !asText(pattern).startsWith(DECIMAL_START)) return undefined;
  const words = Object.keys(text).filter((word) => !["type", "pattern", "title"].includes(word));
  return words.length > 0 ? undefined : { is: "decimal", limits: limitsOf(number) };
}

function limitsOf(schema: JsonObject): Limits {
  const words = {
    atLeast: "minimum",
    moreThan: "exclusiveMinimum",
    atMost: "maximum",
    lessThan: "exclusiveMaximum",
    multipleOf: "multipleOf",
  };
  const found = Object.entries(words).map(([name, word]) => [name, own(schema, word)] as const);
  return Object.fromEntries(found.filter(([, value]) => isNumber(value)));
}

function numbers<Name extends string>(
  schema: JsonObject,
  words: { [name in Name]: string },
): { [name in Name]?: number } {
  const found = Object.entries<string>(words).map(([name, word]) => [name, own(schema, word)]);
  return Object.fromEntries(found.filter(([, value]) => typeof value === "number"));
}

function labelOf(branch: JsonObject): string {
  const type = asText(own(branch, "type"));
  return asText(own(branch, "title")) || (own(NOUNS, type) ?? "something else");
}

function asSchema(part: Json | undefined): JsonObject {
  return isObject(part) ? part : {};
}

function asText(part: Json | undefined): string {
  return typeof part === "string" ? part : "";
}
