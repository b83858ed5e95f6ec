/** One person's answer to one task: what is filled in, what is wrong with it, sending it. */
import { useMutation } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useMemo, useReducer, useRef, useState } from "react";
import { ApiError, answered, client } from "../api/client";
import type { JsonObject } from "../api/json";
import { queryClient, type Task, taskOf, taskQuery } from "../api/queries";
import { useMe } from "../app/session";
import { answerOf, type Problem } from "../form/answer";
import { choicesOf, decisionOf } from "../form/decision";
import { type Draft, type Drafts, startOf } from "../form/draft";
import type { Path } from "../form/kinds";
import { isReading, useIsReading } from "../form/reading";
import { fieldsOf } from "../form/schema";
import { type Stored, storedDraft } from "../form/storage";

type State = { drafts: Drafts; problems: readonly Problem[]; edited: boolean };
type Act = { name: string; draft: Draft } | { problems: readonly Problem[] };

function reduce(state: State, act: Act): State {
  if ("problems" in act) return { ...state, problems: act.problems };
  return {
    edited: true,
    drafts: { ...state.drafts, [act.name]: act.draft },
    // What is being corrected is not wrong any more, until it is sent again.
    problems: state.problems.filter(({ path }) => path[0] !== act.name && path.length > 0),
  };
}

/** Holds the answer to `task`; `onSent` is called once it is there. */
export function useAnswer(task: Task, onSent: () => void) {
  const fields = useMemo(() => fieldsOf(task.response_schema), [task.response_schema]);
  const stored = useStored(task);
  const summary = useRef<HTMLDivElement>(null);
  const [state, act] = useReducer(reduce, null, () => {
    const kept = stored.read();
    const drafts = kept ?? startOf(fields, task.initial_response);
    return { drafts, problems: [], edited: kept !== null };
  });
  const refuse = (problems: readonly Problem[]) => {
    act({ problems });
    requestAnimationFrame(() => summary.current?.focus());
  };
  const sending = useMutation({
    mutationFn: (response: JsonObject) => send(task.id, response),
    onSuccess: (settled) => {
      stored.drop();
      queryClient.setQueryData(taskQuery(task.id).queryKey, settled);
      void refresh(task.id);
      onSent();
    },
    onError: (error) => {
      refuse(problemsOf(error));
      if (!(error instanceof ApiError) || error.status !== 422) void refresh(task.id);
    },
  });
  const submitNow = () => {
    if (sending.isPending) return;
    const { value, problems } = answerOf(fields, state.drafts);
    if (problems.length > 0) refuse(problems);
    else sending.mutate(value as JsonObject);
  };
  const submit = useOnceRead(submitNow);
  const change = (name: string, draft: Draft) => {
    act({ name, draft });
    stored.write({ ...state.drafts, [name]: draft });
  };
  const decision = decisionOf(fields);
  /** Chooses what the n-th option decides, from 0. */
  const decide = (at: number) => {
    const choice = decision && choicesOf(decision.kind)?.[at];
    if (decision && choice) change(decision.name, choice.draft);
  };
  return { ...state, fields, decision, decide, change, submit, sending, summary };
}

export type Answering = ReturnType<typeof useAnswer>;

/** Has `submit` wait for the files that are being read. */
function useOnceRead(submit: () => void): () => void {
  const [wanted, setWanted] = useState(false);
  const busy = useIsReading();
  const go = useEffectEvent(submit);
  useEffect(() => {
    if (!wanted || busy) return;
    setWanted(false);
    go();
  }, [wanted, busy]);
  return () => (isReading() ? setWanted(true) : submit());
}

function useStored(task: Task): Stored {
  const { user_id: person } = useMe();
  return useMemo(() => storedDraft(task, person), [task, person]);
}

/** Sends an answer; gives the task as it is then. */
async function send(id: string, response: JsonObject): Promise<Task> {
  const settled = client.POST("/api/tasks/{task_id}/complete", {
    params: { path: { task_id: id } },
    body: { response },
    parseAs: "text",
  });
  return taskOf(await answered(settled));
}

/** Finds the fields that the server objects to: `loc` begins with "body" and "response". */
function problemsOf(error: unknown): readonly Problem[] {
  if (!(error instanceof ApiError)) return [];
  return error.errors
    .filter(({ loc }) => loc[1] === "response")
    .map(({ loc, msg }) => ({ path: loc.slice(2) as Path, msg }));
}

export async function refresh(id: string): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: taskQuery(id).queryKey }),
    queryClient.invalidateQueries({ queryKey: ["audit", id] }),
    queryClient.invalidateQueries({ queryKey: ["tasks"] }),
  ]);
}
