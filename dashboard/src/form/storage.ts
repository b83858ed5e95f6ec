/** Drafts that survive a reload: one per person, task and attempt, on this device only. */
import type { Task } from "../api/queries";
import type { Drafts } from "./draft";

const PREFIX = "awaithumans.draft.";

export type Stored = {
  read: () => Drafts | null;
  write: (drafts: Drafts) => void;
  drop: () => void;
};

const NOWHERE: Stored = { read: () => null, write: () => undefined, drop: () => undefined };

/** Says where a task's draft is kept; a task whose content is redacted has none. */
export function storedDraft(task: Task, userId: string | null): Stored {
  if (task.redact_payload) return NOWHERE;
  const key = `${PREFIX}${userId}.${task.id}.${task.verification_attempt}`;
  return {
    read: () => attempt(() => JSON.parse(localStorage.getItem(key) ?? "null") as Drafts | null),
    write: (drafts) => attempt(() => localStorage.setItem(key, JSON.stringify(drafts))),
    drop: () => attempt(() => localStorage.removeItem(key)),
  };
}

/** Forgets every draft, when somebody signs out. */
export function dropDrafts(): void {
  attempt(() => {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
    for (const key of keys) localStorage.removeItem(key);
  });
}

/** A full or closed storage costs the draft, not the form. */
function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
