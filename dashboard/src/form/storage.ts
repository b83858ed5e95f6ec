/**
 * Drafts that survive a reload: one per person and task, on this device only. One that was `sent`
 * is kept until its verdict, to be corrected if that is a refusal.
 */
import type { Task } from "../api/queries";
import type { Drafts } from "./draft";

const PREFIX = "awaithumans.draft.";

export type Kept = { drafts: Drafts; sent: boolean };
export type Stored = {
  read: () => Kept | null;
  write: (kept: Kept) => void;
  drop: () => void;
};

const NOWHERE: Stored = { read: () => null, write: () => undefined, drop: () => undefined };

/** Says where a task's draft is kept; a task whose content is redacted has none. */
export function storedDraft(task: Task, person: string | null): Stored {
  if (task.redact_payload) return NOWHERE;
  const key = `${PREFIX}${person}.${task.id}`;
  return {
    read: () => attempt(() => JSON.parse(localStorage.getItem(key) ?? "null") as Kept | null),
    write: (kept) => attempt(() => localStorage.setItem(key, JSON.stringify(kept))),
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
