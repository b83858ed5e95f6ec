import type { ReactNode } from "react";
import { useIsOperator } from "../app/session";
import { Empty } from "./notice";

/** Keeps a page for operators; the server refuses others anyway. */
export function OperatorsOnly({ children }: { children: ReactNode }) {
  if (useIsOperator()) return children;
  return (
    <Empty title="This page is for operators">
      <p>Ask an operator of this server if you need something from it.</p>
    </Empty>
  );
}
