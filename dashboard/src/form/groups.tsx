/** Parts of a form that hold others: records, lists, mappings, unions. */
import { type ReactNode, useEffect, useId, useRef } from "react";
import { type InputProps, useField } from "./context";
import { Radios } from "./controls";
import { CLEARED, type Draft, type Drafts, emptyOf, entryName, type Item, partOf } from "./draft";
import { Group } from "./frame";
import { hintOf } from "./hints";
import { FieldInput, Input } from "./input";
import type { Kind, List, Mapping, RecordOf, Union } from "./kinds";

// No property is called this, so that no element has the same id.
const WHICH = "(which)";
const NESTED = "space-y-4 border-l-2 border-line pl-4";

export function RecordInput({ kind, draft, onChange, path, label }: InputProps<RecordOf>) {
  const drafts: Drafts = typeof draft === "object" && "fields" in draft ? draft.fields : {};
  return (
    <Group path={path} label={label}>
      <div className={NESTED}>
        {kind.fields().map((field) => (
          <FieldInput
            key={field.name}
            field={field}
            path={[...path, field.name]}
            draft={partOf(drafts, field)}
            onChange={(part) => onChange({ fields: { ...drafts, [field.name]: part } })}
          />
        ))}
      </div>
    </Group>
  );
}

export function ListInput({ kind, draft, onChange, path, label }: InputProps<List>) {
  const item = kind.item();
  return (
    <Group path={path} label={label} hint={hintOf(kind)}>
      <Items path={path} draft={draft} onChange={onChange} noun={nounOf(item)}>
        {({ value }, at, change) => (
          <Input
            kind={item}
            draft={value}
            path={[...path, at]}
            label={{ title: `${nounOf(item)} ${at + 1}`, description: "", optional: false }}
            onChange={(part) => change({ value: part })}
          />
        )}
      </Items>
    </Group>
  );
}

export function MappingInput({ kind, draft, onChange, path, label }: InputProps<Mapping>) {
  const names = kind.name();
  return (
    <Group path={path} label={label}>
      <Items path={path} draft={draft} onChange={onChange} noun="Entry">
        {({ name = "", value }, at, change, items) => (
          <div className="grid gap-3">
            <NameInput kind={names} name={name} at={at} onChange={(name) => change({ name })} />
            <Input
              kind={kind.value()}
              draft={value}
              path={[...path, entryName(items, at)]}
              label={{ title: `Value ${at + 1}`, description: "", optional: false }}
              onChange={(part) => change({ value: part })}
            />
          </div>
        )}
      </Items>
    </Group>
  );
}

type NameProps = { kind: Kind; name: string; at: number; onChange: (name: string) => void };

function NameInput({ kind, name, at, onChange }: NameProps) {
  const id = useId();
  const control = { id, className: "control", value: name };
  return (
    <div className="space-y-1">
      <label htmlFor={id} className="block font-medium">
        Name {at + 1}
      </label>
      {kind.is === "choice" ? (
        <select {...control} onChange={(event) => onChange(event.target.value)}>
          <option value="">Choose…</option>
          {kind.options.map(({ value, label }) => (
            <option key={String(value)} value={String(value)}>
              {label}
            </option>
          ))}
        </select>
      ) : (
        <input {...control} autoComplete="off" onChange={(event) => onChange(event.target.value)} />
      )}
    </div>
  );
}

type ItemsProps = Pick<InputProps, "draft" | "onChange" | "path"> & {
  noun: string;
  children: (
    item: Item,
    at: number,
    change: (part: Partial<Item>) => void,
    items: readonly Item[],
  ) => ReactNode;
};

/** Any number of parts that can be added and removed; the focus goes along. */
function Items({ path, draft, onChange, noun, children }: ItemsProps) {
  const { disabled } = useField(path);
  const items = typeof draft === "object" && "items" in draft ? draft.items : [];
  const list = useRef<HTMLOListElement>(null);
  const adder = useRef<HTMLButtonElement>(null);
  const added = useRef(false);
  useEffect(() => {
    if (!added.current || items.length === 0) return;
    added.current = false;
    list.current?.lastElementChild?.querySelector<HTMLElement>("input, select, textarea")?.focus();
  }, [items.length]);
  const add = () => {
    added.current = true;
    const id = Math.max(-1, ...items.map((item) => item.id)) + 1;
    onChange({ items: [...items, { id, value: undefined }] });
  };
  const remove = (id: number) => {
    onChange({ items: items.filter((item) => item.id !== id) });
    adder.current?.focus();
  };
  const change = (id: number) => (part: Partial<Item>) =>
    onChange({ items: items.map((item) => (item.id === id ? { ...item, ...part } : item)) });
  return (
    <div className="space-y-2">
      <ol ref={list} className="space-y-2 empty:hidden">
        {items.map((item, at) => (
          <li key={item.id} className="flex items-start gap-2 rounded-md border border-line p-3">
            <div className="min-w-0 flex-1">{children(item, at, change(item.id), items)}</div>
            <button
              type="button"
              className="button button-quiet px-2"
              disabled={disabled}
              onClick={() => remove(item.id)}
            >
              <span className="sr-only">
                Remove {noun.toLowerCase()} {at + 1}
              </span>
              <span aria-hidden="true">✕</span>
            </button>
          </li>
        ))}
      </ol>
      <button ref={adder} type="button" className="button" disabled={disabled} onClick={add}>
        Add {noun.toLowerCase()}
      </button>
    </div>
  );
}

/** One of several forms: first which, then that one; none is chosen beforehand. */
export function UnionInput({ kind, draft, onChange, path, label }: InputProps<Union>) {
  const chosen = typeof draft === "object" && "branch" in draft ? draft : undefined;
  const branch = chosen && kind.options[chosen.branch];
  const choices = kind.options.map((option, at) => ({ draft: String(at), label: option.label }));
  // The branch stands where the union does, and what is wrong is said there.
  const frame = branch ? [...path, WHICH] : path;
  return (
    <Group path={frame} label={label}>
      <div className="space-y-3">
        <Radios
          draft={chosen && String(chosen.branch)}
          path={frame}
          label={label}
          choices={choices}
          onChange={(at) => onChange(at ? branchDraft(Number(at), chosen) : CLEARED)}
        />
        {branch && (
          <Input
            key={chosen.branch}
            kind={branch.kind}
            draft={chosen.value}
            path={path}
            label={{ title: branch.label, description: "", optional: false }}
            onChange={(value) => onChange({ branch: chosen.branch, value })}
          />
        )}
      </div>
    </Group>
  );
}

function branchDraft(at: number, chosen: { branch: number; value: Draft } | undefined): Draft {
  return chosen?.branch === at ? chosen : { branch: at, value: undefined };
}

/** A group that may be absent is not there until it is asked for. */
export function Absent({ onChange, path, label, kind }: InputProps) {
  const { disabled } = useField(path);
  return (
    <Group path={path} label={label}>
      <button
        type="button"
        className="button"
        disabled={disabled}
        onClick={() => onChange(emptyOf(kind))}
      >
        Add {label.title.toLowerCase()}
      </button>
    </Group>
  );
}

function nounOf(kind: Kind): string {
  return (kind.is === "record" && kind.title) || "Item";
}
