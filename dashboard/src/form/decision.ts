/** The field that the digits 1 to 9 answer: the first yes-or-no or choice at the top of a form. */

import type { Field, Kind } from "./kinds";
import { NOTHING } from "./options";

export type Choosable = { draft: string; label: string };

const MOST_DIGITS = 9;
// More would be no radio buttons any more, but a list to open.
export const MOST_RADIOS = 7;
const YES_NO = [
  { draft: "true", label: "Yes" },
  { draft: "false", label: "No" },
];

/** Gives what a yes-or-no or a choice offers; undefined for any other kind. */
export function choicesOf(kind: Kind): readonly Choosable[] | undefined {
  if (kind.is === "optional") return choicesOf(kind.kind);
  if (kind.is === "boolean") return YES_NO;
  if (kind.is !== "choice") return undefined;
  return kind.options.map(({ label }, at) => ({ draft: String(at), label }));
}

/** Gives the field that digits decide, required ones first. */
export function decisionOf(fields: readonly Field[]): Field | undefined {
  const decidable = fields.filter(({ kind }) => {
    const choices = choicesOf(kind);
    if (!choices || choices.length > MOST_DIGITS) return false;
    return choices.length > 1 || choices[0]?.label !== NOTHING.label;
  });
  return decidable.find((field) => field.required) ?? decidable[0];
}
