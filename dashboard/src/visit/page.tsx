/** The one task of somebody who came by a link in a message: no queue, no account. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { meQuery, type Task, taskQuery } from "../api/queries";
import { isSettled } from "../api/statuses";
import { Announcements } from "../app/announce";
import { Door } from "../login/door";
import { TaskView } from "../task/view";
import { useTitle } from "../ui/page";

// A link has no stream of changes: what matters is asked for.
const VERDICT_MS = 2_000;
const CHANGE_MS = 5_000;

export default function Visit() {
  const { data: me } = useQuery(meQuery);
  const [known] = useState(me);
  const [sent, setSent] = useState(false);
  const id = known?.task_id ?? "";
  const { data: task } = useQuery({
    ...taskQuery(id),
    enabled: id !== "" && me !== null,
    refetchInterval: ({ state }) => pauseOf(state.data),
  });
  useTitle("Task");
  const isOver = !me;
  if (sent && task && (isPassing(task) || isSettled(task))) return <Thanks task={task} />;
  if (isOver) return <Over />;
  return (
    <Frame name={me.email ?? me.display_name}>
      <TaskView id={id} onSent={() => setSent(true)} />
    </Frame>
  );
}

function isPassing({ status }: Task): boolean {
  return status === "submitted" || status === "verified";
}

function pauseOf(task: Task | undefined): number | false {
  if (task && isSettled(task)) return false;
  return task && isPassing(task) ? VERDICT_MS : CHANGE_MS;
}

function Frame({ name, children }: { name: string | null; children: ReactNode }) {
  return (
    <>
      <header className="flex min-h-12 flex-wrap items-center justify-between gap-x-4 border-b border-line bg-surface px-4 py-2 md:px-6">
        <p className="flex items-center gap-2 font-semibold">
          <img src="/favicon.svg" alt="" width="20" height="20" />
          awaithumans
        </p>
        <p className="text-sm wrap-anywhere text-muted">
          You answer{name && ` as ${name}`} by a link.
        </p>
      </header>
      <main
        id="main"
        className="mx-auto flex min-h-[calc(100dvh-3rem)] max-w-6xl flex-col [&>article]:flex-1"
      >
        {children}
      </main>
      <Announcements />
    </>
  );
}

/** What is said once an answer is there. */
function Thanks({ task }: { task: Task }) {
  return (
    <Door title="Thank you">
      <div role="status" className="space-y-3">
        <p className="font-medium wrap-anywhere">{task.task}</p>
        <p>{thanksFor(task)}</p>
      </div>
    </Door>
  );
}

function thanksFor(task: Task): string {
  if (isPassing(task)) {
    return "Your answer was sent, and is being checked. If it is refused, you are asked again, here or by a message.";
  }
  if (task.status === "verification_exhausted") {
    return "Your answer was checked and refused, and no attempt is left. The agent is told so.";
  }
  return "Your answer was sent. You can close this page.";
}

/** What is said when the link does not work any more. */
function Over() {
  return (
    <Door title="This link is used up, or has expired">
      <p>
        A link works once, until the task is due, and for a day at most. The last message about the
        task has the link that works; if there is none, ask whoever sent you the task to have the
        message sent again.
      </p>
      <p>
        If you have a password here, you can{" "}
        <Link to="/login" className="link">
          sign in
        </Link>{" "}
        instead.
      </p>
    </Door>
  );
}
