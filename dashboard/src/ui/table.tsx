import type { CSSProperties, ReactNode } from "react";
import { Scrolls } from "./scrolls";

type Props = { label: string; columns: readonly string[]; fits?: boolean; children: ReactNode };

/**
 * A table that scrolls in its own place when it is too wide. On a phone each row is a block, with
 * the names of the columns beside the values, unless the table `fits` as it is.
 */
export function Table({ label, columns, fits = false, children }: Props) {
  return (
    <Scrolls label={label} className="card">
      <table
        className={`w-full text-left ${fits ? "" : "stacks"}`}
        style={fits ? undefined : namesOf(columns)}
      >
        <thead className="border-b border-line text-sm text-muted">
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className="px-4 py-2 font-medium whitespace-nowrap">
                {column || <span className="sr-only">To do</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody
          className={`divide-y divide-line [&_td]:align-top ${fits ? "[&_td]:px-4 [&_td]:py-2.5" : "md:[&_td]:px-4 md:[&_td]:py-2.5"}`}
        >
          {children}
        </tbody>
      </table>
    </Scrolls>
  );
}

/** Gives the names of the columns to the style sheet, which shows them beside the values. */
function namesOf(columns: readonly string[]): CSSProperties {
  return Object.fromEntries(
    columns.map((name, at) => [`--column-${at + 1}`, JSON.stringify(name)]),
  );
}
