/** What the person is shown: the payload, as its schema describes it. */
import { type ReactNode, useMemo, useState } from "react";
import { isObject, type Json, type JsonObject, same, stringify } from "../api/json";
import { fits } from "../form/draft";
import type { Kind } from "../form/kinds";
import { fieldsOf } from "../form/schema";
import { Copy } from "../ui/copy";
import { Scrolls } from "../ui/scrolls";
import { type Column, columnsOf, entriesOf } from "./shape";
import { TextValue } from "./text";

// Values deeper than this in others, tables wider and lists longer are not taken apart at once.
const DEEPEST = 6;
const WIDEST = 8;
const LONGEST = 50;

type Props = { payload: JsonObject; schema: JsonObject };

/** The payload, field by field; also as JSON, and to copy. */
export function Payload({ payload, schema }: Props) {
  const [raw, setRaw] = useState(false);
  const kind = useMemo(() => kindOf(schema), [schema]);
  const json = useMemo(() => stringify(payload, 2), [payload]);
  return (
    <section aria-labelledby="payload" className="@container min-w-0">
      <div className="mb-2 flex min-h-8 items-center justify-between gap-2">
        <h2 id="payload">Details</h2>
        <div className="flex">
          <button
            type="button"
            aria-pressed={raw}
            className="button button-quiet px-2 text-sm aria-pressed:bg-sunken"
            onClick={() => setRaw(!raw)}
          >
            JSON
          </button>
          <Copy text={json} />
        </div>
      </div>
      {raw ? <Raw label="Details as JSON" text={json} /> : <Value value={payload} kind={kind} />}
    </section>
  );
}

function kindOf(schema: JsonObject): Kind | undefined {
  const fields = fieldsOf(schema);
  const [only] = fields;
  return only?.isWhole ? only.kind : { is: "record", title: "", fields: () => fields };
}

type ValueProps = { value: Json; kind?: Kind | undefined; depth?: number };

/** Shows any JSON value; `kind` says what its schema knows of it. */
export function Value({ value, kind, depth = 0 }: ValueProps): ReactNode {
  const known = kind && resolved(kind, value);
  if (known?.is === "choice") {
    const option = known.options.find((each) => same(each.value, value));
    if (option) return <span className="wrap-anywhere">{option.label}</span>;
  }
  if (Array.isArray(value) || isObject(value)) {
    if (depth > DEEPEST) return <Raw text={stringify(value, 2)} />;
    if (isObject(value)) return <Record record={value} kind={known} depth={depth} />;
    return <List values={value} kind={known} depth={depth} />;
  }
  return <Single value={value} format={(known?.is === "text" && known.format) || ""} />;
}

function Single({ value, format }: { value: Exclude<Json, Json[] | JsonObject>; format: string }) {
  if (value === null) return <span className="text-muted">none</span>;
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "string") return <TextValue text={value} format={format} />;
  return <span className="tabular-nums wrap-anywhere">{String(value)}</span>;
}

/** Finds which of several forms a value has. */
function resolved(kind: Kind, value: Json): Kind | undefined {
  if (kind.is === "optional") return resolved(kind.kind, value);
  if (kind.is !== "union") return kind;
  const branch = kind.options.find((option) => fits(option.kind, value, option.tag));
  return branch && resolved(branch.kind, value);
}

type RecordProps = { record: JsonObject; kind: Kind | undefined; depth: number };

function Record({ record, kind, depth }: RecordProps) {
  const entries = entriesOf(record, kind);
  if (entries.length === 0) return <span className="text-muted">nothing</span>;
  return (
    <dl className={`space-y-3 ${depth > 0 ? "border-l-2 border-line pl-3" : ""}`}>
      {entries.map((entry) => (
        <div
          key={entry.name}
          className={
            isGroup(entry.value)
              ? "space-y-1"
              : "@sm:grid @sm:grid-cols-[8rem_minmax(0,1fr)] @sm:gap-3"
          }
        >
          <dt className="text-sm font-medium text-muted">
            {entry.title}
            {entry.description && (
              <span className="block font-normal whitespace-pre-line">{entry.description}</span>
            )}
          </dt>
          <dd className="min-w-0">
            <Value value={entry.value} kind={entry.kind} depth={depth + 1} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function isGroup(value: Json): boolean {
  return Array.isArray(value) || isObject(value);
}

type ListProps = { values: readonly Json[]; kind: Kind | undefined; depth: number };

function List({ values, kind, depth }: ListProps) {
  const [all, setAll] = useState(false);
  if (values.length === 0) return <span className="text-muted">nothing</span>;
  const item = kind?.is === "list" ? kind.item() : undefined;
  const shown = all ? values : values.slice(0, LONGEST);
  const columns = columnsOf(values, item);
  const isTable = columns !== undefined && columns.length <= WIDEST;
  return (
    <div className="space-y-2">
      {isTable ? (
        <Table rows={shown as JsonObject[]} columns={columns} depth={depth} />
      ) : (
        <ol className={columns ? "space-y-3" : "list-disc space-y-1 pl-5"}>
          {shown.map((value, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a payload never changes.
            <li key={at} className={columns && "list-none"}>
              <Value value={value} kind={item} depth={depth + 1} />
            </li>
          ))}
        </ol>
      )}
      {shown.length < values.length && (
        <button type="button" className="button" onClick={() => setAll(true)}>
          Show all {values.length}
        </button>
      )}
    </div>
  );
}

type TableProps = { rows: JsonObject[]; columns: readonly Column[]; depth: number };

function Table({ rows, columns, depth }: TableProps) {
  return (
    <Scrolls label="Table" className="rounded-md border border-line">
      <table className="w-full text-left">
        <thead className="bg-sunken text-sm text-muted">
          <tr>
            {columns.map(({ name, title }) => (
              <th key={name} scope="col" className="px-3 py-1.5 font-medium whitespace-nowrap">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a payload never changes.
            <tr key={at}>
              {columns.map(({ name, kind }) => (
                <td key={name} className="min-w-20 px-3 py-1.5 align-top">
                  {Object.hasOwn(row, name) && (
                    <Value value={row[name] ?? null} kind={kind} depth={depth + 2} />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

function Raw({ text, label = "JSON" }: { text: string; label?: string }) {
  return (
    <Scrolls label={label} className="max-h-[32rem] rounded-md bg-sunken p-3">
      <pre className="text-sm">{text}</pre>
    </Scrolls>
  );
}
