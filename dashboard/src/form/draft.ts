/** What a person has filled in so far, kind by kind, before it is an answer. */
import { Exact, isObject, type Json, type JsonObject, own, same, stringify } from "../api/json";
import type { Branch, Field, Kind } from "./kinds";
import { type MomentDraft, momentDraft } from "./moments";

export type Item = { id: number; name?: string; value: Draft };

/** What was taken away: unlike undefined, it is no reason to begin with a default again. */
export const CLEARED = "";

/**
 * Text as typed, "true" or "false", an option's position, a moment, the items of a list or
 * mapping, the fields of a record, the branch of a union. Undefined: nothing yet.
 */
export type Draft =
  | undefined
  | string
  | MomentDraft
  | { items: readonly Item[] }
  | { fields: Drafts }
  | { branch: number; value: Draft };
export type Drafts = { readonly [name: string]: Draft };

/** Names an entry of a mapping in paths: by its own name, or its place while that is not enough. */
export function entryName(items: readonly Item[], at: number): string {
  const name = items[at]?.name ?? "";
  const first = items.findIndex((item) => (item.name ?? "") === name);
  return name === "" || first < at ? `#${at + 1}` : name;
}

/** Starts a form: with `initial` where it says something, else with the schema's defaults. */
export function startOf(fields: readonly Field[], initial: JsonObject | null): Drafts {
  const given = initial ?? {};
  return Object.fromEntries(
    fields.map((field) => {
      const value = field.isWhole ? (initial ?? undefined) : own(given, field.name);
      return [field.name, draftOf(field.kind, value === undefined ? field.default : value)];
    }),
  );
}

/** Gives what is filled in for one field of a record; its default, as long as nobody touched it. */
export function partOf(drafts: Drafts, field: Field): Draft {
  return Object.hasOwn(drafts, field.name)
    ? drafts[field.name]
    : draftOf(field.kind, field.default);
}

/** What a group holds when it is there and nothing was filled in; undefined for single values. */
export function emptyOf(kind: Kind): Draft {
  if (kind.is === "record") return { fields: {} };
  return kind.is === "list" || kind.is === "mapping" ? { items: [] } : undefined;
}

/** Fills in a value; undefined where the value is none of that kind. */
export function draftOf(kind: Kind, value: Json | undefined): Draft {
  if (value === undefined) return undefined;
  switch (kind.is) {
    case "optional":
      return value === null ? undefined : draftOf(kind.kind, value);
    case "choice":
      return positionOf(kind.options, value);
    case "union":
      return branchOf(kind.options, value);
    case "json":
      return value === null ? undefined : stringify(value, 2);
    default:
      return HOLDS[kind.is]?.(value) ? heldBy(kind, value) : undefined;
  }
}

/** Fills in a value that has the shape of the kind. */
function heldBy(kind: Kind, value: Json): Draft {
  switch (kind.is) {
    case "time":
    case "datetime":
      return momentDraft(String(value));
    case "list":
      return itemsOf(kind.item(), value as Json[]);
    case "mapping":
      return entriesOf(kind.value(), value as JsonObject);
    case "record":
      return { fields: startOf(kind.fields(), value as JsonObject) };
    default:
      return String(value);
  }
}

function isTextOrNumber(value: Json): value is string | number | Exact {
  return typeof value === "string" || typeof value === "number" || value instanceof Exact;
}

function positionOf(options: readonly { value: Json }[], value: Json): Draft {
  const at = options.findIndex((option) => same(option.value, value));
  return at < 0 ? undefined : String(at);
}

function itemsOf(kind: Kind, values: readonly Json[]): Draft {
  return { items: values.map((value, id) => ({ id, value: draftOf(kind, value) })) };
}

function entriesOf(kind: Kind, values: JsonObject): Draft {
  const items = Object.entries(values).map(([name, value], id) => ({
    id,
    name,
    value: draftOf(kind, value),
  }));
  return { items };
}

function branchOf(branches: readonly Branch[], value: Json): Draft {
  const branch = branches.findIndex((option) => fits(option.kind, value, option.tag));
  const chosen = branches[branch];
  return chosen && { branch, value: draftOf(chosen.kind, value) };
}

const HOLDS: { [is in Kind["is"]]?: (value: Json) => boolean } = {
  text: (value) => typeof value === "string",
  date: (value) => typeof value === "string",
  time: (value) => typeof value === "string",
  datetime: (value) => typeof value === "string",
  integer: (value) =>
    Number.isInteger(value) || (value instanceof Exact && !/[.eE]/.test(`${value}`)),
  number: (value) => typeof value === "number" || value instanceof Exact,
  decimal: isTextOrNumber,
  boolean: (value) => typeof value === "boolean",
  list: Array.isArray,
  mapping: isObject,
  record: isObject,
  json: () => true,
};

/** Whether a value has the shape of a kind; enough to tell the branches of a union apart. */
export function fits(kind: Kind, value: Json, tag?: readonly [string, string]): boolean {
  if (tag) return isObject(value) && own(value, tag[0]) === tag[1];
  if (kind.is === "optional") return value === null || fits(kind.kind, value);
  if (kind.is === "union")
    return kind.options.some((option) => fits(option.kind, value, option.tag));
  if (kind.is === "choice") return kind.options.some((option) => same(option.value, value));
  if (kind.is !== "record") return HOLDS[kind.is]?.(value) ?? false;
  if (!isObject(value)) return false;
  return kind.fields().every((field) => {
    const part = own(value, field.name);
    return part === undefined ? !field.required : fits(field.kind, part);
  });
}
