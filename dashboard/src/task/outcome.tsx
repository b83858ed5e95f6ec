import type { Task } from "../api/queries";
import { titleOf } from "../form/context";
import { fieldsOf } from "../form/schema";
import { Value } from "../payload/view";
import { moment, words } from "../ui/format";
import { Notice } from "../ui/notice";
import { problemsOf } from "./verdict";

const TONES: { [status in Task["status"]]?: "good" | "bad" } = {
  completed: "good",
  verification_exhausted: "bad",
};

/** How a task ended, and the answer if there is one. */
export function Outcome({ task }: { task: Task }) {
  const fields = fieldsOf(task.response_schema);
  return (
    <section aria-labelledby="outcome" className="space-y-3">
      <h2 id="outcome" className="flex min-h-8 items-center">
        Outcome
      </h2>
      <Notice tone={TONES[task.status] ?? "plain"}>
        <p>{sentenceOf(task)}</p>
        {task.status === "verification_exhausted" && <LastRefusal task={task} />}
      </Notice>
      {task.response && (
        <div className="card p-4">
          <Value value={task.response} kind={{ is: "record", title: "", fields: () => fields }} />
        </div>
      )}
      {task.verdict?.outcome === "passed" && (
        <p className="text-sm wrap-anywhere text-muted">
          Checked{task.verdict.model && ` by ${task.verdict.model}`}
          {task.verdict.reason && `: ${task.verdict.reason}`}
        </p>
      )}
    </section>
  );
}

/** Why there is no answer: what the verifier said of the last one. */
function LastRefusal({ task }: { task: Task }) {
  if (!task.verdict) return null;
  const fields = fieldsOf(task.response_schema);
  return (
    <>
      <p className="mt-1 whitespace-pre-line">{task.verdict.reason}</p>
      <ul className="list-disc pl-5">
        {problemsOf(task.verdict).map(({ path, msg }) => (
          <li key={`${path.join("/")} ${msg}`}>
            {titleOf(fields, path)}: {msg}
          </li>
        ))}
      </ul>
    </>
  );
}

function sentenceOf(task: Task): string {
  if (task.completed_at) {
    const by = task.completed_by_email ? ` by ${task.completed_by_email}` : "";
    const channel = task.completed_via_channel ? `, ${CHANNELS[task.completed_via_channel]}` : "";
    return `Answered${by} on ${moment(task.completed_at)}${channel}.`;
  }
  if (task.cancelled_at) return `Cancelled on ${moment(task.cancelled_at)}.`;
  if (task.timed_out_at) return `Nobody answered until ${moment(task.timed_out_at)}.`;
  if (task.status === "verification_exhausted") {
    return "No answer passed the check, and no attempt is left. The last one was refused:";
  }
  return `${words(task.status)}.`;
}

const CHANNELS = {
  api: "through the API",
  dashboard: "in the dashboard",
  email: "by email",
  slack: "in Slack",
};
