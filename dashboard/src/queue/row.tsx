import { memo } from "react";
import type { TaskSummary } from "../api/client";
import { isSettled } from "../api/statuses";
import { Badge, Status } from "../ui/status";
import { Time, useNow } from "../ui/time";

const SOON_MS = 15 * 60_000;

type Props = {
  task: TaskSummary;
  href: string;
  current: boolean;
  gone: boolean;
  checked: boolean;
  onCheck: (id: string) => void;
};

/** One task of the queue. A thousand of them stay light: what is not seen is not laid out. */
export const Row = memo(function Row({ task, href, current, gone, checked, onCheck }: Props) {
  const open = !isSettled(task) && !gone;
  return (
    <li
      className={`flex border-b border-line [contain-intrinsic-size:auto_4.75rem] [content-visibility:auto] ${current ? "bg-accent-soft" : "hover:bg-sunken"} ${open ? "" : "text-muted"}`}
    >
      <label className="flex w-10 shrink-0 justify-center pt-3.5">
        <span className="sr-only">Select {task.task.slice(0, 80)}</span>
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={checked}
          onChange={() => onCheck(task.id)}
        />
      </label>
      <a
        href={href}
        data-id={task.id}
        aria-current={current ? "true" : undefined}
        className="-ml-2 min-w-0 flex-1 space-y-1 py-3 pr-4 pl-2 -outline-offset-2"
      >
        <span className="line-clamp-2 font-medium wrap-anywhere">{task.task}</span>
        <span className="flex items-center gap-2 text-sm text-muted">
          {gone ? <Badge>Moved on</Badge> : <Status status={task.status} />}
          <span className="min-w-0 flex-1 truncate">{task.assigned_to_email ?? "Nobody yet"}</span>
          <span className="shrink-0">
            {open ? <Due at={task.timeout_at} /> : <Time at={task.updated_at} />}
          </span>
        </span>
      </a>
    </li>
  );
});

function Due({ at }: { at: string }) {
  const isSoon = Date.parse(at) - useNow() < SOON_MS;
  return (
    <span className={isSoon ? "font-medium text-bad" : ""}>
      due <Time at={at} />
    </span>
  );
}
