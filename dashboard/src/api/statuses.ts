/** What a task's status means. */
import type { TaskStatus } from "./client";

const TERMINAL: ReadonlySet<TaskStatus> = new Set([
  "completed",
  "timed_out",
  "cancelled",
  "verification_exhausted",
]);

/** Whether the task is settled, for good. */
export function isSettled({ status }: { status: TaskStatus }): boolean {
  return TERMINAL.has(status);
}

/** Whether an answer can be given: it cannot while another one is checked. */
export function isToBeAnswered(task: { status: TaskStatus }): boolean {
  return !isSettled(task) && task.status !== "submitted";
}
