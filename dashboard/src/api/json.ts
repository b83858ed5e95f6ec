/** JSON without loss: a number that JavaScript cannot hold keeps the digits it came with. */

export type Json = null | boolean | number | string | Exact | Json[] | JsonObject;
export type JsonObject = { [name: string]: Json };

/** A number as it is written, where a JavaScript number would change it. */
export class Exact {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

type Source = { source?: string };
type Reviver = (this: unknown, name: string, value: unknown, context?: Source) => unknown;
type SourceAware = {
  parse(text: string, reviver: Reviver): unknown;
  rawJSON?(text: string): unknown;
};
const json: SourceAware = JSON;

/** Reads JSON; numbers that would be rounded come as `Exact`. */
export function parse(text: string): Json {
  return json.parse(text, (_name, value, context) => {
    const source = context?.source;
    if (typeof value !== "number" || source === undefined) return value;
    return String(value) === source ? value : new Exact(source);
  }) as Json;
}

/** Writes JSON; an `Exact` is written digit for digit. */
export function stringify(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_name, part) => (part instanceof Exact ? raw(part) : part), indent);
}

function raw(number: Exact): unknown {
  return json.rawJSON ? json.rawJSON(number.text) : Number(number.text);
}

/** A number for JSON from text that was checked to be one. */
export function exactly(text: string): number | Exact {
  return String(Number(text)) === text ? Number(text) : new Exact(text);
}

export function isNumber(value: unknown): value is number | Exact {
  return typeof value === "number" || value instanceof Exact;
}

export function isObject(value: unknown): value is JsonObject {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Exact)
  );
}

/** Gives an object's own property; names such as "constructor" lead nowhere else. */
export function own<T>(object: { [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Whether two values are the same JSON. */
export function same(one: Json, other: Json): boolean {
  return stringify(one) === stringify(other);
}
