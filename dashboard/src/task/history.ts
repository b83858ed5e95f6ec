/** What a task's history means for whoever is about to answer. */
import type { AuditEntry } from "../api/client";

// What became of the callback; only the last of these counts.
const CALLBACK = new Set(["delivered", "delivery_failed", "delivery_abandoned", "redelivered"]);

/** Gives each message that could not be delivered, with the reason. */
export function failedDeliveries(history: readonly AuditEntry[]): string[] {
  const failed = history.filter(({ action }) => action === "notification_failed");
  const callback = history.findLast(({ action }) => CALLBACK.has(action));
  if (callback?.action.startsWith("delivery_")) failed.push(callback);
  const lines = failed.map(({ extra_data: { target, host, reason, error } }) =>
    [target, host, reason, error].filter((part) => typeof part === "string").join(" – "),
  );
  return [...new Set(lines)];
}

/** Gives the reason of the last verdict against an answer. */
export function refusalReason(history: readonly AuditEntry[]): string | undefined {
  const verdict = history.findLast(
    ({ to_status, from_status }) => to_status === "rejected" && from_status !== "rejected",
  );
  const reason = verdict?.extra_data.reason;
  return typeof reason === "string" ? reason : undefined;
}

/** Gives the last time that somebody else opened the task. */
export function lastOpenedByOther(
  history: readonly AuditEntry[],
  me: string | null,
): AuditEntry | undefined {
  return history.findLast(
    ({ action, actor_email }) => action === "opened" && actor_email !== null && actor_email !== me,
  );
}
