/** What every part of a form needs to know. */
import { createContext, useContext } from "react";
import { words } from "../ui/format";
import type { Problem } from "./answer";
import type { Draft } from "./draft";
import type { Field, Kind, Path } from "./kinds";

export type FormState = { id: string; problems: readonly Problem[]; disabled: boolean };

export const FormContext = createContext<FormState>({ id: "", problems: [], disabled: false });

/**
 * What a part of a form is called. `mayBeAbsent` lets the answer do without it altogether; `keys`
 * shows that digits choose its options.
 */
export type Label = {
  title: string;
  description: string;
  optional: boolean;
  mayBeAbsent?: boolean;
  keys?: boolean;
};

export type InputProps<K extends Kind = Kind> = {
  kind: K;
  draft: Draft;
  onChange: (draft: Draft) => void;
  path: Path;
  label: Label;
};

/** Gives the id of a field's element, and what is wrong with the field. */
export function useField(path: Path): { id: string; error: string | undefined; disabled: boolean } {
  const { id, problems, disabled } = useContext(FormContext);
  const key = keyOf(path);
  const error = problems.find((problem) => keyOf(problem.path) === key)?.msg;
  return { id: elementId(id, path), error, disabled };
}

export function elementId(form: string, path: Path): string {
  return [form, ...path.map((part) => encodeURIComponent(part))].join("/");
}

function keyOf(path: Path): string {
  return JSON.stringify(path.map(String));
}

/** Says in words where a problem is. */
export function titleOf(fields: readonly Field[], path: Path): string {
  const [first, ...rest] = path;
  const top = fields.find(({ name }) => name === first)?.title;
  const deeper = rest.map((part) => (typeof part === "number" ? `item ${part + 1}` : words(part)));
  return [top ?? words(String(first ?? "The answer")), ...deeper].join(" › ");
}

/** Brings the reader to the field at `path`, or to what it is part of. */
export function focusField(form: string, path: Path): void {
  for (let length = path.length; length >= 0; length -= 1) {
    const element = document.getElementById(elementId(form, path.slice(0, length)));
    if (!element) continue;
    const inner = element.matches("fieldset") && element.querySelector("input, select, textarea");
    (inner instanceof HTMLElement ? inner : element).focus();
    return;
  }
}
