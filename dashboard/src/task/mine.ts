/** Whose task it is, as far as the signed-in person is concerned. */
import type { Me, TaskSummary } from "../api/client";
import { isToBeAnswered } from "../api/statuses";
import { useMe } from "../app/session";

type Held = Pick<TaskSummary, "assigned_to_email" | "assigned_to_user_id">;

export function isAssigned(task: Held): boolean {
  return task.assigned_to_email !== null || task.assigned_to_user_id !== null;
}

/** An address counts only while it is nobody's of the directory, as on the server. */
export function isWith(me: Me, task: Held): boolean {
  if (task.assigned_to_user_id !== null) return task.assigned_to_user_id === me.user_id;
  return task.assigned_to_email !== null && task.assigned_to_email === me.email;
}

/** Reviewers answer what is theirs or nobody's; operators anything; a link is for answering. */
export function useMayAnswer(task: Held): boolean {
  const me = useMe();
  const mayAnything = me.kind === "operator" || me.kind === "link";
  return mayAnything || !isAssigned(task) || isWith(me, task);
}

/** Whether the person can take the task now. */
export function mayClaim(task: Pick<TaskSummary, "status"> & Held): boolean {
  return isToBeAnswered(task) && !isAssigned(task);
}
