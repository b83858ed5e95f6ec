import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { TaskSummary } from "../api/client";
import { type Filter, tasksQuery } from "../api/queries";
import { ordered } from "./order";

/** Gives the rows of the queue; `hold` keeps them in place, `release` lets them move. */
export function useRows(filter: Filter) {
  const [held, setHeld] = useState(false);
  const query = useInfiniteQuery(tasksQuery(filter));
  const fresh = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const key = `${filter.tab} ${filter.q}`;
  const [shown, setShown] = useState<{ key: string; rows: readonly TaskSummary[] }>({
    key,
    rows: fresh,
  });
  const { rows, waiting, gone } = ordered(shown.key === key ? shown.rows : [], fresh, held);
  if (shown.key !== key || !isSame(shown.rows, rows)) setShown({ key, rows });
  return {
    ...query,
    rows,
    waiting,
    gone,
    hold: () => setHeld(true),
    release: () => setHeld(false),
  };
}

function isSame(one: readonly TaskSummary[], other: readonly TaskSummary[]): boolean {
  return one.length === other.length && one.every((row, at) => row === other[at]);
}
