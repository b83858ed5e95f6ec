/** The frame around a control: its name, what the schema says about it, what is wrong with it. */
import type { ReactNode } from "react";
import { type Label, useField } from "./context";
import type { Path } from "./kinds";

type Props = { path: Path; label: Label; hint?: string; children: ReactNode };

/** Frames a single control, which takes its attributes from `useControl`. */
export function Single({ path, label, hint, children }: Props) {
  const { id, error } = useField(path);
  return (
    <div className="space-y-1">
      <label htmlFor={id} className="block font-medium">
        <Name label={label} />
      </label>
      <Words id={id} description={label.description} hint={hint} error={error} />
      {children}
    </div>
  );
}

/** Frames several controls that are one field. */
export function Group({ path, label, hint, children }: Props) {
  const { id, error } = useField(path);
  return (
    <fieldset
      id={id}
      aria-describedby={describedBy(id, label, hint, error)}
      tabIndex={-1}
      className="min-w-0 space-y-1 outline-none"
    >
      <legend className="font-medium">
        <Name label={label} />
      </legend>
      <Words id={id} description={label.description} hint={hint} error={error} />
      {children}
    </fieldset>
  );
}

/** Gives the attributes that tie a control to its frame. */
export function useControl(path: Path, label: Label, hint?: string) {
  const { id, error, disabled } = useField(path);
  return {
    id,
    disabled,
    "aria-invalid": error !== undefined,
    "aria-required": !label.optional,
    "aria-describedby": describedBy(id, label, hint, error),
  };
}

function describedBy(id: string, { description }: Label, hint?: string, error?: string) {
  const parts = [description && `${id}-about`, hint && `${id}-hint`, error && `${id}-error`];
  return parts.filter(Boolean).join(" ") || undefined;
}

function Name({ label }: { label: Label }) {
  return (
    <>
      {label.title}
      {label.optional && <span className="font-normal text-muted"> (optional)</span>}
    </>
  );
}

type WordsProps = {
  id: string;
  description: string;
  hint: string | undefined;
  error: string | undefined;
};

function Words({ id, description, hint, error }: WordsProps) {
  return (
    <>
      {description && (
        <p id={`${id}-about`} className="text-sm whitespace-pre-line text-muted">
          {description}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="text-sm font-medium text-bad first-letter:uppercase">
          {error}
        </p>
      )}
    </>
  );
}
