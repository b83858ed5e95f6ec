/** The kinds of thing that a form can ask for: the set that the server's `forms` room has. */
import type { Exact, Json } from "../api/json";

export type Path = readonly (string | number)[];
export type Bound = number | Exact;

export type Limits = {
  atLeast?: Bound;
  moreThan?: Bound;
  atMost?: Bound;
  lessThan?: Bound;
  multipleOf?: Bound;
};

export type Option = { value: Json; label: string };

/** One of the forms a value can take; `tag` is the property that says so, and its value. */
export type Branch = { label: string; kind: Kind; tag?: readonly [string, string] };

export type Text = {
  is: "text";
  long: boolean;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
};
export type Numeric = { is: "integer" | "number" | "decimal"; limits: Limits };
export type Moment = { is: "date" | "time" | "datetime" };
export type Choice = { is: "choice"; options: readonly Option[] };
export type List = { is: "list"; item: () => Kind; minItems?: number; maxItems?: number };
export type RecordOf = { is: "record"; title: string; fields: () => readonly Field[] };
export type Mapping = { is: "mapping"; name: () => Kind; value: () => Kind };
export type Union = { is: "union"; options: readonly Branch[] };
export type Optional = { is: "optional"; kind: Kind };

export type Kind =
  | Text
  | Numeric
  | Moment
  | Choice
  | List
  | RecordOf
  | Mapping
  | Union
  | Optional
  | { is: "boolean" }
  | { is: "json" };

/**
 * One thing that a form asks for. `default` is absent when the schema gives none; `isWhole` says
 * that the field is the answer itself, not a property of it.
 */
export type Field = {
  name: string;
  isWhole?: true;
  title: string;
  description: string;
  required: boolean;
  default?: Json;
  kind: Kind;
};
