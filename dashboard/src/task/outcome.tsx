import type { Task } from "../api/queries";
import { fieldsOf } from "../form/schema";
import { Value } from "../payload/view";
import { moment, words } from "../ui/format";
import { Notice } from "../ui/notice";

/** How a task ended, and the answer if there is one. */
export function Outcome({ task }: { task: Task }) {
  const fields = fieldsOf(task.response_schema);
  return (
    <section aria-labelledby="outcome" className="space-y-3">
      <h2 id="outcome" className="flex min-h-8 items-center">
        Outcome
      </h2>
      <Notice tone={task.status === "completed" ? "good" : "plain"}>{sentenceOf(task)}</Notice>
      {task.response && (
        <div className="card p-4">
          <Value value={task.response} kind={{ is: "record", title: "", fields: () => fields }} />
        </div>
      )}
    </section>
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
  return `${words(task.status)}.`;
}

const CHANNELS = {
  api: "through the API",
  dashboard: "in the dashboard",
  email: "by email",
  slack: "in Slack",
};
