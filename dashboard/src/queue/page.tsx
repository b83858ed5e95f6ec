import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { queryClient, type Tab, taskQuery } from "../api/queries";
import { leftField, useKeys } from "../app/keys";
import type { QueueSearch } from "../app/router";
import { useSettings } from "../app/settings";
import { commands, useBulk } from "../task/commands";
import { mayClaim } from "../task/mine";
import { TaskView } from "../task/view";
import { Empty, Failure, Waiting } from "../ui/notice";
import { useTitle } from "../ui/page";
import { BulkBar } from "./bulk";
import { Filters } from "./filters";
import { NothingHere } from "./nothing";
import { nextAfter } from "./order";
import { Row } from "./row";
import { useRows } from "./rows";

/** The tasks, and beside them the one that is open. */
export function Queue() {
  const search = useSearch({ from: "/signed-in/" });
  const { tab = "open", q = "", id } = search;
  const navigate = useNavigate();
  const go = (part: QueueSearch) =>
    void navigate({ to: "/", search: tidy({ ...search, ...part }) });
  const queue = useRows({ tab, q });
  const ids = queue.rows.map((row) => row.id).filter((task) => !queue.gone.has(task));
  const next = id && nextAfter(ids, id);
  const { moveOn } = useSettings();
  const count = `${queue.rows.length}${queue.hasNextPage ? "+" : ""}`;
  useTitle(`${queue.rows.length > 0 && tab !== "done" ? `(${count}) ` : ""}Queue`);
  useEffect(() => {
    if (next) void queryClient.prefetchQuery(taskQuery(next));
  }, [next]);
  return (
    <div className="lg:grid lg:h-dvh lg:grid-cols-[22rem_minmax(0,1fr)] xl:grid-cols-[25rem_minmax(0,1fr)]">
      <section
        aria-label="Queue"
        className={`min-w-0 flex-col bg-surface lg:flex lg:h-dvh lg:border-r lg:border-line ${id ? "hidden" : "flex"}`}
      >
        <Filters tab={tab} q={q} count={queue.data ? count : ""} onChange={go} />
        <List queue={queue} tab={tab} q={q} id={id} onOpen={(task) => go({ id: task })} />
      </section>
      <section
        aria-label="Task"
        className={`min-w-0 flex-col lg:flex lg:h-dvh lg:overflow-y-auto ${id ? "flex min-h-[calc(100dvh-3rem)]" : "hidden"}`}
      >
        {id ? (
          <>
            <a
              href={`/${addressOf({ ...search, id: "" })}`}
              className="button button-quiet m-2 self-start lg:hidden"
              onClick={(event) => {
                event.preventDefault();
                go({ id: "" });
              }}
            >
              ‹ Queue
            </a>
            <div className="flex-1 [&>article]:h-full">
              <TaskView id={id} onSent={() => moveOn && go({ id: next ?? "" })} />
            </div>
          </>
        ) : (
          <div className="m-auto">
            <Empty title="No task is open">
              <p>
                Choose one from the queue, or press <kbd className="key">Enter</kbd> for the first.
              </p>
            </Empty>
          </div>
        )}
      </section>
    </div>
  );
}

/** Leaves out what says nothing. */
function tidy(search: QueueSearch): QueueSearch {
  const { tab, ...rest } = search;
  const said = Object.entries({ ...rest, tab: tab === "open" ? "" : tab });
  return Object.fromEntries(said.filter(([, value]) => value));
}

function addressOf(search: QueueSearch): string {
  const text = new URLSearchParams(tidy(search) as { [name: string]: string }).toString();
  return text && `?${text}`;
}

type ListProps = {
  queue: ReturnType<typeof useRows>;
  tab: Tab;
  q: string;
  id: string | undefined;
  onOpen: (id: string) => void;
};

function List({ queue, tab, q, id, onOpen }: ListProps) {
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

type ListKeys = Pick<ListProps, "id" | "onOpen"> & {
  list: React.RefObject<HTMLUListElement | null>;
  rows: ListProps["queue"]["rows"];
  onCheck: (id: string) => void;
};

/** Moves through the rows: the focus is what moves, so nothing has to be drawn anew. */
function useListKeys({ list, id, rows, onOpen, onCheck }: ListKeys): void {
  const claiming = useBulk("claimed", () => undefined);
  const links = () => [...(list.current?.querySelectorAll<HTMLElement>("a[data-id]") ?? [])];
  const focused = () => {
    const row = document.activeElement?.closest("li");
    return (list.current?.contains(row ?? null) && row?.querySelector<HTMLElement>("a")) || null;
  };
  const at = () => {
    const here = focused()?.dataset.id ?? id;
    return links().findIndex((link) => link.dataset.id === here);
  };
  const move = (step: number) => {
    const all = links();
    const to = Math.max(0, Math.min(at() + step, all.length - 1));
    all[to]?.focus();
    all[to]?.scrollIntoView({ block: "nearest" });
    // While a task is open, moving through the rows moves through the tasks.
    const task = all[to]?.dataset.id;
    if (id && task) onOpen(task);
  };
  const chosen = () => focused()?.dataset.id ?? id;
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    Enter: () => {
      const first = chosen() ?? links()[0]?.dataset.id;
      if (first && first !== id) onOpen(first);
    },
    x: () => {
      const task = chosen();
      if (task) onCheck(task);
    },
    ...(id
      ? {}
      : {
          c: () => {
            const task = rows.find((row) => row.id === chosen());
            if (task && mayClaim(task)) {
              claiming.mutate({ ids: [task.id], work: commands.claim });
            }
          },
        }),
    Escape: () => {
      const active = document.activeElement;
      if (active instanceof HTMLElement && active.matches("input, textarea, select")) active.blur();
      else if (id) {
        onOpen("");
        requestAnimationFrame(() =>
          links()
            .find((link) => link.dataset.id === id)
            ?.focus(),
        );
      }
    },
  });
}
