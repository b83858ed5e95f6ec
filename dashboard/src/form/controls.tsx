/** Controls for single values. */
import { useEffect, useRef, useState } from "react";
import { Key } from "../ui/key";
import type { InputProps } from "./context";
import { type Choosable, choicesOf, MOST_RADIOS } from "./decision";
import { CLEARED } from "./draft";
import { Group, Single, useControl } from "./frame";
import { hintOf } from "./hints";
import type { Choice, Kind, Numeric, Text } from "./kinds";
import { reading } from "./reading";

// A line is enough for what is not longer.
const ONE_LINE = 80;

export function TextInput({ kind, draft, onChange, path, label }: InputProps<Text>) {
  const hint = hintOf(kind);
  const control = useControl(path, label, hint);
  const value = typeof draft === "string" ? draft : "";
  const oneLine = kind.format || kind.pattern || (kind.maxLength ?? ONE_LINE + 1) <= ONE_LINE;
  const attributes = {
    ...control,
    value,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
    className: "control",
    autoComplete: "off",
  };
  return (
    <Single path={path} label={label} hint={hint}>
      {oneLine && !kind.long ? (
        <input {...attributes} type={kind.format === "password" ? "password" : "text"} />
      ) : (
        <textarea
          {...attributes}
          rows={kind.long ? 4 : 1}
          className="control field-sizing-content max-h-96 resize-y"
        />
      )}
    </Single>
  );
}

export function NumberInput({ kind, draft, onChange, path, label }: InputProps<Numeric>) {
  const hint = hintOf(kind);
  return (
    <Single path={path} label={label} hint={hint}>
      <input
        {...useControl(path, label, hint)}
        type="text"
        inputMode={kind.is === "integer" ? "numeric" : "decimal"}
        autoComplete="off"
        className="control tabular-nums"
        value={typeof draft === "string" ? draft : ""}
        onChange={(event) => onChange(event.target.value)}
      />
    </Single>
  );
}

export function JsonInput({ draft, onChange, path, label }: InputProps) {
  const hint = "Written as JSON.";
  return (
    <Single path={path} label={label} hint={hint}>
      <textarea
        {...useControl(path, label, hint)}
        rows={4}
        spellCheck={false}
        className="control max-h-96 resize-y font-mono field-sizing-content"
        value={typeof draft === "string" ? draft : ""}
        onChange={(event) => onChange(event.target.value)}
      />
    </Single>
  );
}

/** A yes-or-no, or a choice; nothing is chosen until somebody does. */
export function ChoiceInput(props: InputProps<Choice | Extract<Kind, { is: "boolean" }>>) {
  const choices = choicesOf(props.kind) ?? [];
  if (choices.length > MOST_RADIOS) return <Select {...props} choices={choices} />;
  return (
    <Group path={props.path} label={props.label}>
      <Radios {...props} choices={choices} />
    </Group>
  );
}

type RadiosProps = Omit<InputProps, "kind"> & { choices: readonly Choosable[] };

export function Radios({ draft, onChange, path, label, choices }: RadiosProps) {
  const { id, disabled, ...control } = useControl(path, label);
  const chosen = choices.some((choice) => choice.draft === draft);
  const short = choices.every((choice) => choice.label.length <= 16) && choices.length <= 3;
  return (
    <div className={short ? "flex flex-wrap gap-2" : "grid gap-1.5"}>
      {choices.map((choice, at) => (
        <label
          key={choice.draft}
          className="flex min-h-9 items-center gap-2 rounded-md border border-line px-3 py-1 has-checked:border-accent has-checked:bg-accent-soft has-disabled:text-muted has-[:not(:disabled)]:hover:border-edge"
        >
          <input
            type="radio"
            name={id}
            disabled={disabled}
            aria-describedby={control["aria-describedby"]}
            className="size-4 shrink-0 accent-accent"
            checked={draft === choice.draft}
            onChange={() => onChange(choice.draft)}
          />
          <span className="min-w-0 wrap-anywhere">{choice.label}</span>
          {label.keys && (
            <span className="ml-auto">
              <Key>{at + 1}</Key>
            </span>
          )}
        </label>
      ))}
      {chosen && label.optional && !disabled && (
        <button
          type="button"
          className="button button-quiet justify-self-start"
          onClick={() => onChange(CLEARED)}
        >
          Clear<span className="sr-only"> {label.title}</span>
        </button>
      )}
    </div>
  );
}

function Select({ draft, onChange, path, label, choices }: RadiosProps) {
  return (
    <Single path={path} label={label}>
      <select
        {...useControl(path, label)}
        className="control"
        value={typeof draft === "string" ? draft : ""}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">Choose…</option>
        {choices.map((choice) => (
          <option key={choice.draft} value={choice.draft}>
            {choice.label}
          </option>
        ))}
      </select>
    </Single>
  );
}

/** A file, which the answer holds as base64. */
export function FileInput({ kind, draft, onChange, path, label }: InputProps<Text>) {
  const [name, setName] = useState("");
  const [failed, setFailed] = useState(false);
  const give = useLatest(onChange);
  const hint = hintOf(kind);
  const control = useControl(path, label, hint);
  const take = async (file: File | undefined) => {
    setName(file?.name ?? "");
    setFailed(false);
    // What was chosen before does not count while this is read, nor if it can't be.
    give.current(CLEARED);
    if (!file) return;
    try {
      const url = await dataUrl(file);
      give.current(encoded(url, kind.format === "base64url"));
    } catch {
      setFailed(true);
    }
  };
  return (
    <Single path={path} label={label} hint={hint}>
      <input
        {...control}
        type="file"
        className="control file:mr-3 file:rounded file:border-0 file:bg-sunken file:px-2 file:py-1 file:text-ink"
        onChange={({ target }) => void reading(() => take(target.files?.[0]))}
      />
      {failed && (
        <p role="alert" className="text-sm font-medium text-bad">
          {name} can't be read. Choose it again, or another one.
        </p>
      )}
      {typeof draft === "string" && draft !== "" && (
        <p className="flex items-center gap-2 text-sm text-muted">
          {name || "A file"}, {sizeOf(draft)}
          <button
            type="button"
            className="button button-quiet"
            disabled={control.disabled}
            onClick={() => void take(undefined)}
          >
            Take it out
          </button>
        </p>
      )}
    </Single>
  );
}

/** Gives what the last drawing gave: fields beside this one may change while a file is read. */
function useLatest(onChange: InputProps["onChange"]) {
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
    return () => {
      latest.current = () => undefined;
    };
  }, [onChange]);
  return latest;
}

function dataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

function encoded(url: string, urlSafe: boolean): string {
  const base64 = url.slice(url.indexOf(",") + 1);
  return urlSafe ? base64.replaceAll("+", "-").replaceAll("/", "_") : base64;
}

function sizeOf(base64: string): string {
  const bytes = Math.floor((base64.replace(/=+$/, "").length * 3) / 4);
  return bytes < 1024 ? `${bytes} bytes` : `${Math.round(bytes / 1024)} KiB`;
}
