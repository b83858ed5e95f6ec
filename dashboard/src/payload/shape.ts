/** What a payload's values are called, and which lists are tables. */
import { isObject, type Json, type JsonObject } from "../api/json";
import type { Kind } from "../form/kinds";
import { words } from "../ui/format";

export type Column = { name: string; title: string; kind?: Kind };
export type Entry = Column & { description: string; value: Json };

/** Gives what a record holds: first what its schema describes, in that order, then the rest. */
export function entriesOf(record: JsonObject, kind: Kind | undefined): Entry[] {
  const fields = kind?.is === "record" ? kind.fields() : [];
  const known = new Map(fields.map((field) => [field.name, field]));
  const names = [...known.keys(), ...Object.keys(record).filter((name) => !known.has(name))];
  const values = kind?.is === "mapping" ? kind.value() : undefined;
  return names
    .filter((name) => Object.hasOwn(record, name))
    .map((name) => {
      const field = known.get(name);
      const within = field?.kind ?? values;
      return {
        name,
        title: field?.title ?? (kind?.is === "mapping" ? name : words(name)),
        description: field?.description ?? "",
        value: record[name] ?? null,
        ...(within && { kind: within }),
      };
    });
}

/** Gives the columns of a list of records; undefined when it is another list. */
export function columnsOf(values: readonly Json[], item: Kind | undefined): Column[] | undefined {
  if (!values.every(isObject)) return undefined;
  const names = new Set(values.flatMap((value) => Object.keys(value)));
  const fields = item?.is === "record" ? item.fields() : [];
  const known = fields.filter(({ name }) => names.has(name));
  const others = [...names].filter((name) => !known.some((field) => field.name === name));
  return [...known, ...others.map((name) => ({ name, title: words(name) }))];
}
