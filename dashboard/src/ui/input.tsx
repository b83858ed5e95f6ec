import { type InputHTMLAttributes, useId } from "react";

type Props = Omit<InputHTMLAttributes<HTMLInputElement>, "id" | "onChange"> & {
  label: string;
  hint?: string;
  error?: string | undefined;
  onText: (text: string) => void;
};

/** A line of text with its name above it, and what is wrong with it. */
export function Line({ label, hint, error, onText, ...input }: Props) {
  const id = useId();
  const words = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="space-y-1">
      <label htmlFor={id} className="block font-medium">
        {label}
        {!input.required && input.type !== "search" && (
          <span className="font-normal text-muted"> (optional)</span>
        )}
      </label>
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
      <input
        {...input}
        id={id}
        aria-invalid={error !== undefined}
        aria-describedby={words || undefined}
        className="control"
        onChange={(event) => onText(event.target.value)}
      />
    </div>
  );
}

type CheckProps = {
  label: string;
  hint?: string;
  checked: boolean;
  onCheck: (checked: boolean) => void;
  disabled?: boolean;
};

export function Check({ label, hint, checked, onCheck, disabled = false }: CheckProps) {
  const id = useId();
  return (
    <div>
      <label className="flex min-h-6 items-start gap-2.5 font-medium">
        <input
          type="checkbox"
          className="mt-0.75 size-4 shrink-0 accent-accent"
          checked={checked}
          disabled={disabled}
          aria-describedby={hint && `${id}-hint`}
          onChange={(event) => onCheck(event.target.checked)}
        />
        {label}
      </label>
      {hint && (
        <p id={`${id}-hint`} className="pl-6.5 text-sm text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
