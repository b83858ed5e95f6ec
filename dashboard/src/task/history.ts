/** What a task's history means for whoever is about to answer. */
import type { AuditEntry } from "../api/client";

// What became of the callback; only the last of these counts.
const CALLBACK = new Set(["delivered", "delivery_failed", "delivery_abandoned", "redelivered"]);

/** Says where the task's result could not be delivered, and why; nothing if it could. */
export function failedCallback(history: readonly AuditEntry[]): string | undefined {
  const callback = history.findLast(({ action }) => CALLBACK.has(action));
  if (!callback?.action.startsWith("delivery_")) return undefined;
  const { target, host, reason, error } = callback.extra_data;
  return [target, host, reason, error].filter((part) => typeof part === "string").join(" – ");
}

/** Gives who submitted the answer that is checked. */
export function submittedBy(history: readonly AuditEntry[]): string | null {
  return history.findLast(({ action }) => action === "submitted")?.actor_email ?? null;
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
