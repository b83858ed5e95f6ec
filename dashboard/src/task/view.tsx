/** A task: what is asked, what there is to know, and the answer. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { ApiError } from "../api/error";
import { type Task, taskQuery } from "../api/queries";
import { isSettled, isToBeAnswered } from "../api/statuses";
import { announce } from "../app/announce";
import { type Keys, useKeys } from "../app/keys";
import { useIsVisitor } from "../app/session";
import { Payload } from "../payload/view";
import { Empty, Failure, Waiting } from "../ui/notice";
import { AnswerForm } from "./answer-form";
import { type Answering, useAnswer } from "./answering";
import { awaitVerdict } from "./awaited";
import { Banners } from "./banners";
import { DecisionBar } from "./bar";
import { useOpened } from "./commands";
import { Header } from "./header";
import { useMayAnswer } from "./mine";
import { Outcome } from "./outcome";
import { Told } from "./told";

type Props = { id: string; onSent?: () => void };

/** Shows the task with this id; `onSent` is called when the person has answered it. */
export function TaskView({ id, onSent }: Props) {
  const { data: task, error, refetch } = useQuery(taskQuery(id));
  const visitor = useIsVisitor();
  if (task) return <Opened key={task.id} task={task} onSent={onSent} />;
  if (error instanceof ApiError && error.status === 404) {
    return (
      <Empty title="This task is not here" heading="h1">
        <p>It may have been deleted, or is with somebody else.</p>
        {!visitor && (
          <Link to="/" className="button">
            Go to the queue
          </Link>
        )}
      </Empty>
    );
  }
  if (error) {
    return (
      <div className="p-4">
        <h1 className="mb-3">Task</h1>
        <Failure error={error} onRetry={() => void refetch()} />
      </div>
    );
  }
  return (
    <>
      <h1 className="sr-only">Task</h1>
      <Waiting rows={4} />
    </>
  );
}

function Opened({ task, onSent }: { task: Task; onSent: Props["onSent"] }) {
  const open = !isSettled(task);
  const visitor = useIsVisitor();
  const mayAnswer = useMayAnswer(task) && isToBeAnswered(task);
  const answering = useAnswer(task, (sent) => {
    const checked = sent.status === "submitted";
    if (checked) awaitVerdict(sent);
    announce(checked ? "Your answer was sent, and is being checked." : "Your answer was sent.");
    onSent?.();
  });
  useOpened(task);
  useAnswerKeys(mayAnswer, answering);
  useEffect(() => {
    document.getElementById("task-title")?.focus({ preventScroll: true });
  }, []);
  return (
    <article aria-labelledby="task-title" className="@container flex min-h-full flex-col">
      <div className="flex-1 space-y-4 px-4 py-4 md:px-6 md:py-5">
        <Header task={task} />
        <Banners task={task} answering={answering} />
        <div className="grid gap-6 @3xl:grid-cols-[minmax(0,1fr)_minmax(18rem,22rem)] @3xl:grid-rows-[auto_1fr]">
          <Payload payload={task.payload} schema={task.payload_schema} />
          <div
            className={`@3xl:sticky @3xl:top-5 @3xl:row-span-2 @3xl:self-start ${open ? "" : "@max-3xl:order-first"}`}
          >
            {/* Who was too late keeps what they wrote, to read it, or to say it to who was first. */}
            {open || answering.edited ? (
              <AnswerForm task={task} answering={answering} mayAnswer={mayAnswer} />
            ) : (
              <Outcome task={task} />
            )}
          </div>
          {!visitor && <Told task={task} />}
        </div>
      </div>
      {mayAnswer && <DecisionBar answering={answering} />}
    </article>
  );
}

const DIGITS = Array.from({ length: 9 }, (_, at) => at);

function useAnswerKeys(mayAnswer: boolean, { submit, decide }: Answering): void {
  const digits: Keys = Object.fromEntries(
    DIGITS.map((at) => [String(at + 1), () => decide(at)] as const),
  );
  useKeys(mayAnswer ? { "mod+Enter": submit, ...digits } : {});
}
