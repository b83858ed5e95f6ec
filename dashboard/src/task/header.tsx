import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Task } from "../api/queries";
import { isSettled, isToBeAnswered } from "../api/statuses";
import { useKeys } from "../app/keys";
import { useIsOperator, useIsVisitor } from "../app/session";
import { Key } from "../ui/key";
import { Status } from "../ui/status";
import { Time } from "../ui/time";
import { commands, useBulk } from "./commands";
import { AssignDialog, CancelDialog } from "./dialogs";
import { mayClaim } from "./mine";

/** What is asked, by when, and what can be done beside answering. */
export function Header({ task }: { task: Task }) {
  const open = !isSettled(task);
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
        <Status status={task.status} />
        {open && (
          <span>
            Due <Time at={task.timeout_at} />
          </span>
        )}
        <span>
          Asked <Time at={task.created_at} />
        </span>
        {(open || task.assigned_to_email) && (
          <span className="wrap-anywhere">
            {task.assigned_to_email ? `With ${task.assigned_to_email}` : "With nobody yet"}
          </span>
        )}
      </div>
      <h1
        id="task-title"
        tabIndex={-1}
        className="max-h-56 overflow-y-auto whitespace-pre-line outline-none wrap-anywhere"
      >
        {task.task}
      </h1>
      <Actions task={task} open={open} />
    </div>
  );
}

function Actions({ task, open }: { task: Task; open: boolean }) {
  const operator = useIsOperator();
  const visitor = useIsVisitor();
  const [dialog, setDialog] = useState<"assign" | "cancel">();
  const close = () => setDialog(undefined);
  const claiming = useBulk("claimed", close);
  const claim = () => claiming.mutate({ ids: [task.id], work: commands.claim });
  useKeys(mayClaim(task) && !visitor ? { c: claim } : {});
  if (visitor) return null;
  return (
    <div className="flex flex-wrap gap-1">
      {mayClaim(task) && (
        <button type="button" className="button" disabled={claiming.isPending} onClick={claim}>
          Claim <Key>c</Key>
        </button>
      )}
      {operator && open && (
        <>
          {isToBeAnswered(task) && (
            <button
              type="button"
              className="button button-quiet px-2"
              onClick={() => setDialog("assign")}
            >
              Reassign
            </button>
          )}
          <button
            type="button"
            className="button button-quiet px-2"
            onClick={() => setDialog("cancel")}
          >
            Cancel task
          </button>
        </>
      )}
      <Link to="/audit" search={{ task: task.id }} className="button button-quiet px-2">
        History
      </Link>
      {dialog === "assign" && <AssignDialog ids={[task.id]} onClose={close} />}
      {dialog === "cancel" && <CancelDialog ids={[task.id]} onClose={close} />}
    </div>
  );
}
