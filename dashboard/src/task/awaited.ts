/** Verdicts that somebody waits for, also once they have gone on to another task. */
import { useEffect } from "react";
import type { AuditEntry } from "../api/client";
import { onTaskEvent } from "../api/events";
import type { Task } from "../api/queries";
import { announce } from "../app/announce";

const LONGEST_TITLE = 60;
const SAID: { [action in AuditEntry["action"]]?: string } = {
  rejected: "was refused",
  verification_exhausted: "was refused for the last time",
  verification_failed: "could not be checked",
};

const awaited = new Map<string, string>();

/** Remembers that the verdict on this task's answer is to be told here. */
export function awaitVerdict({ id, task }: Pick<Task, "id" | "task">): void {
  const isLong = task.length > LONGEST_TITLE;
  awaited.set(id, isLong ? `${task.slice(0, LONGEST_TITLE)}…` : task);
}

/** Tells of answers that did not pass, unless their task is what is shown anyway. */
export function useVerdicts(): void {
  useEffect(
    () =>
      onTaskEvent(({ task_id, status, action }) => {
        const title = awaited.get(task_id);
        if (title === undefined || status === "submitted") return;
        awaited.delete(task_id);
        const isShown = new URLSearchParams(location.search).get("id") === task_id;
        const said = SAID[action];
        if (said && !isShown) announce(`Your answer to “${title}” ${said}.`);
      }),
    [],
  );
}
