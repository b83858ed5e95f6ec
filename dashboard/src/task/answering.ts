/** One person's answer to one task: what is filled in, what is wrong with it, sending it. */
import { useMutation } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useMemo, useReducer, useRef, useState } from "react";
import { answered, client } from "../api/client";
import { ApiError } from "../api/error";
import type { JsonObject } from "../api/json";
import { queryClient, type Task, taskOf, taskQuery } from "../api/queries";
import { isSettled } from "../api/statuses";
import { useMe } from "../app/session";
import { answerOf, type Problem } from "../form/answer";
import { choicesOf, decisionOf } from "../form/decision";
import { type Draft, type Drafts, startOf } from "../form/draft";
import type { Path } from "../form/kinds";
import { isReading, useIsReading } from "../form/reading";
import { fieldsOf } from "../form/schema";
import { type Stored, storedDraft } from "../form/storage";
import { problemsOf as problemsIn, refusalOf } from "./verdict";

/** `edited` is what was not sent yet, `sent` what a verdict is awaited for, or was against. */
type State = { drafts: Drafts; problems: readonly Problem[]; edited: boolean; sent: boolean };
type Act = { name: string; draft: Draft } | { problems: readonly Problem[] } | "sent";

function reduce(state: State, act: Act): State {
  if (act === "sent") return { ...state, problems: [], edited: false, sent: true };
  if ("problems" in act) return { ...state, problems: act.problems };
  return {
    ...state,
    edited: true,
    drafts: { ...state.drafts, [act.name]: act.draft },
    // What is being corrected is not wrong any more, until it is sent again.
    problems: state.problems.filter(({ path }) => path[0] !== act.name && path.length > 0),
  };
}

/** Holds the answer to `task`; `onSent` is called once it is there, with the task as it is then. */
export function useAnswer(task: Task, onSent: (task: Task) => void) {
  const fields = useMemo(() => fieldsOf(task.response_schema), [task.response_schema]);
  const stored = useStored(task);
  const summary = useRef<HTMLDivElement>(null);
  const [state, act] = useReducer(reduce, null, () => {
    const kept = stored.read();
    const drafts = kept?.drafts ?? startOf(fields, task.initial_response);
    const sent = kept?.sent ?? false;
    return { drafts, problems: [], edited: kept !== null && !sent, sent };
  });
  const refuse = (problems: readonly Problem[]) => {
    act({ problems });
    requestAnimationFrame(() => summary.current?.focus());
  };
  useVerdict(task, (problems) => act({ problems }));
  useSettled(task, state.sent, stored);
  const sending = useMutation({
    mutationFn: (response: JsonObject) => send(task, response),
    onSuccess: (answeredTask) => {
      if (answeredTask.status === "submitted") stored.write({ drafts: state.drafts, sent: true });
      else stored.drop();
      act("sent");
      queryClient.setQueryData(taskQuery(task.id).queryKey, answeredTask);
      void refresh(task.id);
      onSent(answeredTask);
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
    stored.write({ drafts: { ...state.drafts, [name]: draft }, sent: false });
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

/** Puts what the last verdict found beside its fields, when it comes and when it is there. */
function useVerdict(task: Task, refuse: (problems: readonly Problem[]) => void): void {
  const verdict = refusalOf(task);
  const show = useEffectEvent(() => {
    const found = problemsIn(verdict);
    if (found.length > 0) refuse(found);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: each verdict is shown once.
  useEffect(() => show(), [verdict?.at]);
}

/** Forgets what was sent once nothing can come back to be corrected. */
function useSettled(task: Task, sent: boolean, stored: Stored): void {
  const isOver = sent && isSettled(task);
  useEffect(() => {
    if (isOver) stored.drop();
  }, [isOver, stored]);
}

function useStored(task: Task): Stored {
  const { user_id, email } = useMe();
  const person = user_id ?? email;
  return useMemo(() => storedDraft(task, person), [task, person]);
}

/**
 * Sends an answer; gives the task as it is then. A verdict is not waited for: it is seen when it
 * comes, and meanwhile the person is free to go on.
 */
async function send(task: Task, response: JsonObject): Promise<Task> {
  const wait = task.max_attempts === null ? {} : { query: { wait: 0 } };
  const settled = client.POST("/api/tasks/{task_id}/complete", {
    params: { path: { task_id: task.id }, ...wait },
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
