/** Makes the answer of what was filled in, or says what is wrong, field by field. */
import { exactly, isObject, type Json, type JsonObject, parse } from "../api/json";
import { type Draft, type Drafts, emptyOf, entryName, type Item, partOf } from "./draft";
import { isMore, isSame } from "./exact";
import type { Branch, Field, Kind, Limits, List, Numeric, Path, Text } from "./kinds";
import { momentText } from "./moments";

/** `msg` ends a sentence about the field, as the server's do: "is required". */
export type Problem = { path: Path; msg: string };
export type Answer = { value: Json; problems: readonly Problem[] };

/** Left out of the answer. */
const NOTHING = Symbol("nothing");
type Read = Json | typeof NOTHING;

export const REQUIRED = "is required";

/**
 * Reads a whole form. The server's check has the last word: patterns, formats and what counts
 * across fields are left to it.
 */
export function answerOf(fields: readonly Field[], drafts: Drafts): Answer {
  const reader = new Reader();
  const [only] = fields;
  const value = only?.isWhole
    ? reader.field(only, drafts[only.name], [])
    : reader.record(fields, drafts, []);
  return { value: value === NOTHING ? {} : value, problems: reader.problems };
}

class Reader {
  readonly problems: Problem[] = [];

  record(fields: readonly Field[], drafts: Drafts, path: Path): JsonObject {
    const parts = fields.map((field) => {
      const at = [...path, field.name];
      return [field.name, this.field(field, partOf(drafts, field), at)] as const;
    });
    return Object.fromEntries(parts.filter(kept));
  }

  field(field: Field, draft: Draft, path: Path): Read {
    if (!isEmpty(field.kind, draft)) return this.value(field.kind, draft, path);
    // Null says what nothing means here; left out, a default that was taken away would be back.
    const cleared = field.default !== undefined && field.default !== null;
    if (field.kind.is === "optional") return field.required || cleared ? null : NOTHING;
    if (field.required) return this.needed(field.kind, draft, path);
    if (!cleared) return NOTHING;
    if (field.kind.is === "text") return this.value(field.kind, draft ?? "", path);
    return this.wrong(path, "must have a value");
  }

  private value(kind: Kind, draft: Draft, path: Path): Read {
    if (kind.is === "optional") return this.value(kind.kind, draft, path);
    if (draft === undefined) return this.wrong(path, REQUIRED);
    if (typeof draft === "string") return this.typed(kind, draft, path);
    if ("local" in draft) return momentText(draft) ?? this.wrong(path, MUST_BE[kind.is]);
    return this.group(kind, draft, path);
  }

  private group(kind: Kind, draft: Exclude<Draft, undefined | string>, path: Path): Read {
    if (kind.is === "record" && "fields" in draft) {
      return this.record(kind.fields(), draft.fields, path);
    }
    if (kind.is === "list" && "items" in draft) return this.list(kind, draft.items, path);
    if (kind.is === "mapping" && "items" in draft) {
      return this.mapping(kind.value(), draft.items, path);
    }
    const branch = kind.is === "union" && "branch" in draft && kind.options[draft.branch];
    return branch ? this.branch(branch, draft.value, path) : this.wrong(path, REQUIRED);
  }

  private branch({ kind, tag }: Branch, draft: Draft, path: Path): Read {
    const value = this.needed(kind, draft, path);
    return tag && isObject(value) ? { [tag[0]]: tag[1], ...value } : value;
  }

  /** Reads what has to be there, such as an item, or what a branch was chosen for. */
  private needed(kind: Kind, draft: Draft, path: Path): Read {
    if (!isEmpty(kind, draft)) return this.value(kind, draft, path);
    return kind.is === "optional" ? null : this.value(kind, emptyOf(kind), path);
  }

  private list(kind: List, items: readonly Item[], path: Path): Json {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = kind;
    if (items.length < minItems) this.wrong(path, `must have at least ${count(minItems, "item")}`);
    if (items.length > maxItems) this.wrong(path, `must have at most ${count(maxItems, "item")}`);
    const item = kind.item();
    const values = items.map(({ value }, at) => this.needed(item, value, [...path, at]));
    return values.filter((value) => value !== NOTHING);
  }

  private mapping(kind: Kind, items: readonly Item[], path: Path): Json {
    const parts = items.map(({ name = "", value }, at) => {
      const here = [...path, entryName(items, at)];
      if (name === "") this.wrong(here, "needs a name");
      else if (here.at(-1) !== name) this.wrong(here, "has a name that is there already");
      return [name, this.needed(kind, value, here)] as const;
    });
    return Object.fromEntries(parts.filter(kept));
  }

  private typed(kind: Kind, text: string, path: Path): Read {
    switch (kind.is) {
      case "text":
        return this.checked(text, path, lengthProblem(kind, text));
      case "integer":
      case "number":
      case "decimal":
        return this.number(kind, text.trim(), path);
      case "boolean":
        return text === "true";
      case "choice":
        return kind.options[Number(text)]?.value ?? null;
      case "date":
        return text;
      case "json":
        return this.json(text, path);
      default:
        return this.wrong(path, REQUIRED);
    }
  }

  private number(kind: Numeric, text: string, path: Path): Read {
    if (!FORMS[kind.is].test(text)) return this.wrong(path, MUST_BE[kind.is]);
    const value = this.checked(text, path, limitProblem(kind.limits, text));
    return kind.is === "decimal" || value === NOTHING ? value : exactly(plain(text));
  }

  private json(text: string, path: Path): Read {
    try {
      return parse(text);
    } catch {
      return this.wrong(path, MUST_BE.json);
    }
  }

  private checked(text: string, path: Path, problem: string | undefined): Read {
    return problem === undefined ? text : this.wrong(path, problem);
  }

  private wrong(path: Path, msg: string): typeof NOTHING {
    this.problems.push({ path, msg });
    return NOTHING;
  }
}

const DECIMAL = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)`;
const FORMS = {
  integer: /^[+-]?\d{1,300}$/,
  number: new RegExp(`^${DECIMAL}(?:[eE][+-]?\\d{1,3})?$`),
  decimal: new RegExp(`^${DECIMAL}$`),
};
const MUST_BE = {
  integer: "must be a whole number",
  number: "must be a number such as 12.5",
  decimal: "must be a decimal number such as 12.50",
  time: "must be a time of day",
  datetime: "must be a date and a time",
  json: 'must be JSON, such as {"name": "value"} or [1, 2]',
} as { [is in Kind["is"]]: string };

/** Writes a number as JSON does: no plus, no leading zeros, a digit on each side of the point. */
function plain(text: string): string {
  const [, sign = "", whole = "", fraction = "", power = ""] =
    /^([+-]?)0*(\d*)(?:\.(\d*))?([eE].*)?$/.exec(text) ?? [];
  return `${sign === "-" ? "-" : ""}${whole || "0"}${fraction && `.${fraction}`}${power}`;
}

function lengthProblem({ minLength = 0, maxLength }: Text, text: string): string | undefined {
  const { length } = [...text];
  if (length < minLength) return `must have at least ${count(minLength, "character")}`;
  if (maxLength !== undefined && length > maxLength) {
    return `must have at most ${count(maxLength, "character")}`;
  }
  return undefined;
}

function limitProblem(limits: Limits, text: string): string | undefined {
  const { atLeast, moreThan, atMost, lessThan } = limits;
  if (atLeast !== undefined && isMore(atLeast, text)) return `must be at least ${atLeast}`;
  if (atMost !== undefined && isMore(text, atMost)) return `must be at most ${atMost}`;
  if (moreThan !== undefined && (isMore(moreThan, text) || isSame(moreThan, text))) {
    return `must be more than ${moreThan}`;
  }
  if (lessThan !== undefined && (isMore(text, lessThan) || isSame(text, lessThan))) {
    return `must be less than ${lessThan}`;
  }
  return undefined;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function kept(part: readonly [string, Read]): part is readonly [string, Json] {
  return part[1] !== NOTHING;
}

/** Whether nothing was filled in. */
export function isEmpty(kind: Kind, draft: Draft): boolean {
  if (draft === undefined) return true;
  if (kind.is === "optional") return isEmpty(kind.kind, draft);
  if (typeof draft === "string") return kind.is === "text" ? draft === "" : draft.trim() === "";
  return "local" in draft && draft.local === "";
}
