/** What can be done to tasks, beside answering them. */
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { answered, client, type Schemas } from "../api/client";
import { ApiError } from "../api/error";
import type { Task } from "../api/queries";
import { announce } from "../app/announce";
import { refresh } from "./answering";
import { useMayAnswer } from "./mine";

const UNSEEN = new Set(["created", "notified", "assigned"]);

export const commands = {
  claim: (id: string) =>
    answered(client.POST("/api/tasks/{task_id}/claim", { params: { path: { task_id: id } } })),
  cancel: (id: string, reason: string) =>
    answered(
      client.POST("/api/tasks/{task_id}/cancel", {
        params: { path: { task_id: id } },
        body: { reason: reason || null },
      }),
    ),
  assign: (id: string, assign_to: Schemas["AssignTo"]) =>
    answered(
      client.POST("/api/tasks/{task_id}/assign", {
        params: { path: { task_id: id } },
        body: { assign_to },
      }),
    ),
  remove: (id: string) =>
    answered(client.DELETE("/api/tasks/{task_id}", { params: { path: { task_id: id } } })),
};

/** Says to the server that a person looks at the task, once. */
export function useOpened(task: Task): void {
  const may = useMayAnswer(task);
  const said = useRef(false);
  useEffect(() => {
    if (said.current || !may || !UNSEEN.has(task.status)) return;
    said.current = true;
    const path = { task_id: task.id };
    // Whoever may not, or comes too late, sees so when answering.
    void client
      .POST("/api/tasks/{task_id}/open", { params: { path } })
      .then(() => refresh(task.id))
      .catch(() => undefined);
  }, [task, may]);
}

/** Does one thing to several tasks, one after another, and says how it went. */
export function useBulk(done: string, after: () => void) {
  return useMutation({
    mutationFn: async ({ ids, work }: { ids: readonly string[]; work: Work }) => {
      const refusals: string[] = [];
      for (const id of ids) {
        await work(id).catch((error: unknown) => {
          if (!(error instanceof ApiError)) throw error;
          refusals.push(error.message);
        });
        void refresh(id);
      }
      return { count: ids.length - refusals.length, refusals };
    },
    onSuccess: ({ count, refusals }) => {
      const [first] = refusals;
      const refused = first ? `${refusals.length} refused: ${first}` : "";
      announce([count > 0 ? `${count} ${done}.` : "", refused].filter(Boolean).join(" "));
      after();
    },
  });
}
export type Work = (id: string) => Promise<unknown>;
