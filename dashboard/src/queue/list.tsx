import { useEffect, useRef, useState } from "react";
import type { Tab } from "../api/queries";
import { Failure, Waiting } from "../ui/notice";
import { addressOf } from "./address";
import { BulkBar } from "./bulk";
import { useListKeys } from "./keys";
import { NothingHere } from "./nothing";
import { Row } from "./row";
import type { useRows } from "./rows";

type ListProps = {
  queue: ReturnType<typeof useRows>;
  tab: Tab;
  q: string;
  id: string | undefined;
  onOpen: (id: string) => void;
};

/** The rows, and what is done with those that are selected. */
export function List({ queue, tab, q, id, onOpen }: ListProps) {
  const [checked, setChecked] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLUListElement>(null);
  const { rows } = queue;
  const toggle = useRef((task: string) =>
    setChecked((before) => {
      const now = new Set(before);
      if (!now.delete(task)) now.add(task);
      return now;
    }),
  ).current;
  useListKeys({ list, id, onOpen, onCheck: toggle, rows });
  const selected = rows.filter((row) => checked.has(row.id));
  return (
    <>
      <div className="relative min-h-0 flex-1 lg:overflow-y-auto">
        {queue.waiting > 0 && (
          <button
            type="button"
            className="button button-primary sticky top-2 z-10 mx-auto my-2 flex"
            onClick={queue.release}
          >
            Show {queue.waiting} new
          </button>
        )}
        {queue.isPending && <Waiting rows={6} />}
        {queue.error && rows.length === 0 && (
          <div className="p-4">
            <Failure error={queue.error} onRetry={() => void queue.refetch()} />
          </div>
        )}
        {queue.data && rows.length === 0 && <NothingHere tab={tab} q={q} />}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the links inside have keys of their own. */}
        <ul
          ref={list}
          aria-label="Tasks"
          onPointerEnter={(event) => event.pointerType === "mouse" && queue.hold()}
          onPointerLeave={queue.release}
          onClick={(event) => {
            const link = (event.target as Element).closest<HTMLElement>("a[data-id]");
            if (!link?.dataset.id || event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            onOpen(link.dataset.id);
          }}
        >
          {rows.map((task) => (
            <Row
              key={task.id}
              task={task}
              href={`/${addressOf({ tab, q, id: task.id })}`}
              current={task.id === id}
              gone={queue.gone.has(task.id)}
              checked={checked.has(task.id)}
              onCheck={toggle}
            />
          ))}
        </ul>
        {queue.hasNextPage && <More onSeen={() => void queue.fetchNextPage()} />}
      </div>
      {selected.length > 0 && <BulkBar tasks={selected} onDone={() => setChecked(new Set())} />}
    </>
  );
}

/** Asks for more rows when the end of the list comes near. */
function More({ onSeen }: { onSeen: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && onSeen(), {
      rootMargin: "600px",
    });
    if (end.current) observer.observe(end.current);
    return () => observer.disconnect();
  }, [onSeen]);
  return <div ref={end} className="h-12" />;
}
