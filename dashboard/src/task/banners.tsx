import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../api/client";
import { ApiError } from "../api/error";
import { auditQuery, type Task } from "../api/queries";
import { isSettled, isToBeAnswered } from "../api/statuses";
import { useMe } from "../app/session";
import { Failure, Notice } from "../ui/notice";
import { Time } from "../ui/time";
import type { Answering } from "./answering";
import { failedCallback, lastOpenedByOther } from "./history";
import { isAssigned, isWith } from "./mine";
import { refusalOf } from "./verdict";

// More of them are not read here; "Who was told" has them all.
const MOST_FAILURES = 3;

/** What to know before answering. */
export function Banners({ task, answering }: { task: Task; answering: Answering }) {
  const me = useMe();
  const visitor = me.kind === "link";
  const { data } = useQuery({ ...auditQuery(task.id), enabled: !visitor });
  const history = data?.items ?? [];
  const open = !isSettled(task);
  const { error } = answering.sending;
  const callback = failedCallback(history);
  const other = lastOpenedByOther(history, me.email);
  const elsewhere = open && !visitor && isAssigned(task) && !isWith(me, task);
  return (
    <div className="space-y-2 empty:hidden">
      {error && isShown(error, task) && <Failure error={error} />}
      <Refusal task={task} />
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
      {isToBeAnswered(task) && !visitor && <Untold messages={task.notifications} />}
      {callback && (
        <Notice tone="warn">A message about this task could not be delivered: {callback}</Notice>
      )}
      {task.redact_payload && (
        <Notice>
          Kept out of the history and the logs, and no draft of your answer stays in this browser.
        </Notice>
      )}
    </div>
  );
}

/** Why another answer is asked for, when one was given. */
function Refusal({ task }: { task: Task }) {
  const verdict = refusalOf(task);
  if (!verdict) return null;
  const { outcome, reason, attempt } = verdict;
  const free = "It cost no attempt.";
  const [title, then] = {
    passed: ["", ""],
    refused: [`Attempt ${attempt} of ${task.max_attempts ?? attempt} was refused`, ""],
    failed: ["The answer could not be checked", `Submit it again. ${free}`],
    not_understood: ["The last answer was not understood", `Answer with the form. ${free}`],
  }[outcome];
  return (
    <div role="alert">
      <Notice tone={outcome === "refused" ? "bad" : "warn"}>
        <p className="font-semibold">{title}</p>
        <p className="whitespace-pre-line">{reason}</p>
        {then && <p>{then}</p>}
      </Notice>
    </div>
  );
}

/** Messages that did not reach those who should answer. */
function Untold({ messages }: { messages: readonly Schemas["Notification"][] }) {
  const failed = messages.filter(
    ({ status, last_error }) =>
      last_error !== null && (status === "pending" || status === "abandoned"),
  );
  if (failed.length === 0) return null;
  const more = failed.length - MOST_FAILURES;
  return (
    <Notice tone="warn">
      <p className="font-semibold">Not everybody could be told</p>
      <ul>
        {failed.slice(0, MOST_FAILURES).map(({ delivery_id, target, last_error }) => (
          <li key={delivery_id}>
            {target}: {last_error}
          </li>
        ))}
      </ul>
      {more > 0 && <p>And {more} more.</p>}
    </Notice>
  );
}

/** Errors of fields stand beside their fields; another's verdict is awaited only until it comes. */
function isShown(error: Error, task: Task): boolean {
  if (!(error instanceof ApiError)) return true;
  if (error.code === "VERIFICATION_IN_PROGRESS") return task.status === "submitted";
  return !error.errors.some(({ loc }) => loc[1] === "response");
}
