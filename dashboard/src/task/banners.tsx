import { useQuery } from "@tanstack/react-query";
import { ApiError } from "../api/client";
import { auditQuery, type Task, TERMINAL } from "../api/queries";
import { useMe } from "../app/session";
import { Failure, Notice } from "../ui/notice";
import { Time } from "../ui/time";
import type { Answering } from "./answering";
import { failedDeliveries, lastOpenedByOther, refusalReason } from "./history";
import { isAssigned, isWith } from "./mine";

/** What to know before answering. */
export function Banners({ task, answering }: { task: Task; answering: Answering }) {
  const me = useMe();
  const { data } = useQuery(auditQuery(task.id));
  const history = data?.items ?? [];
  const open = !TERMINAL.has(task.status);
  const { error } = answering.sending;
  const failed = failedDeliveries(history);
  const reason = refusalReason(history);
  const other = lastOpenedByOther(history, me.email);
  const elsewhere = open && isAssigned(task) && !isWith(me, task);
  return (
    <div className="space-y-2 empty:hidden">
      {error && !hasOwnPlace(error) && <Failure error={error} />}
      {task.status === "rejected" && reason && (
        <Notice tone="bad">The last answer was refused: {reason}</Notice>
      )}
      {elsewhere && (
        <Notice tone="warn">
          {me.kind === "operator"
            ? `You answer as an operator: the task is with ${task.assigned_to_email ?? "somebody else"}.`
            : `This task is with ${task.assigned_to_email ?? "somebody else"}.`}
        </Notice>
      )}
      {open && task.status === "in_progress" && other && (
        <Notice>
          {other.actor_email} has it open too, since <Time at={other.created_at} />.
        </Notice>
      )}
      {failed.map((target) => (
        <Notice key={target} tone="warn">
          A message about this task could not be delivered: {target}
        </Notice>
      ))}
      {task.redact_payload && (
        <Notice>
          Kept out of the history and the logs, and no draft of your answer stays in this browser.
        </Notice>
      )}
    </div>
  );
}

/** Errors of fields stand beside their fields. */
function hasOwnPlace(error: Error): boolean {
  return error instanceof ApiError && error.errors.some(({ loc }) => loc[1] === "response");
}
