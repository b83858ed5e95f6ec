import type { ReactNode } from "react";
import { Scrolls } from "./scrolls";

type Props = { label: string; columns: readonly string[]; children: ReactNode };

/** A table that scrolls in its own place when it is too wide. */
export function Table({ label, columns, children }: Props) {
  return (
    <Scrolls label={label} className="card">
      <table className="w-full text-left">
        <thead className="border-b border-line text-sm text-muted">
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className="px-4 py-2 font-medium whitespace-nowrap">
                {column || <span className="sr-only">To do</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line [&_td]:px-4 [&_td]:py-2.5 [&_td]:align-top">
          {children}
        </tbody>
      </table>
    </Scrolls>
  );
}
