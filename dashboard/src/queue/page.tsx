import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { queryClient, taskQuery } from "../api/queries";
import type { QueueSearch } from "../app/router";
import { useSettings } from "../app/settings";
import { TaskView } from "../task/view";
import { Empty } from "../ui/notice";
import { useTitle } from "../ui/page";
import { addressOf, tidy } from "./address";
import { Filters } from "./filters";
import { List } from "./list";
import { nextAfter } from "./order";
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
          <Opened
            id={id}
            back={`/${addressOf({ ...search, id: "" })}`}
            onBack={() => go({ id: "" })}
            onSent={() => moveOn && go({ id: next ?? "" })}
          />
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

type OpenedProps = { id: string; back: string; onBack: () => void; onSent: () => void };

/** The task that is open; where there is no room for the list beside it, the way back. */
function Opened({ id, back, onBack, onSent }: OpenedProps) {
  return (
    <>
      <a
        href={back}
        className="button button-quiet m-2 self-start lg:hidden"
        onClick={(event) => {
          event.preventDefault();
          onBack();
        }}
      >
        ‹ Queue
      </a>
      <div className="flex-1 [&>article]:h-full">
        <TaskView id={id} onSent={onSent} />
      </div>
    </>
  );
}
