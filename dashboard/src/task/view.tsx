/** A task: what is asked, what there is to know, and the answer. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { ApiError } from "../api/client";
import { type Task, TERMINAL, taskQuery } from "../api/queries";
import { announce } from "../app/announce";
import { type Keys, MOD, useKeys } from "../app/keys";
import { Fields, Summary } from "../form/form";
import { Payload } from "../payload/view";
import { Key } from "../ui/key";
import { Empty, Failure, Waiting } from "../ui/notice";
import { type Answering, useAnswer } from "./answering";
import { Banners } from "./banners";
import { DecisionBar } from "./bar";
import { useOpened } from "./commands";
import { Header } from "./header";
import { useMayAnswer } from "./mine";
import { Outcome } from "./outcome";

type Props = { id: string; onSent?: () => void };

/** Shows the task with this id; `onSent` is called when the person has answered it. */
export function TaskView({ id, onSent }: Props) {
  const { data: task, error, refetch } = useQuery(taskQuery(id));
  if (task) return <Opened key={task.id} task={task} onSent={onSent} />;
  if (error instanceof ApiError && error.status === 404) {
    return (
      <Empty title="This task is not here" heading="h1">
        <p>It may have been deleted, or is with somebody else.</p>
        <Link to="/" className="button">
          Go to the queue
        </Link>
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
  const open = !TERMINAL.has(task.status);
  const mayAnswer = useMayAnswer(task) && open;
  const answering = useAnswer(task, () => {
    announce("Your answer was sent.");
    onSent?.();
  });
  // Who was too late keeps what they wrote, to read it, or to say it to whoever was first.
  const isDraft = answering.edited && !answering.sending.isSuccess;
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
        <div className="grid gap-6 @3xl:grid-cols-[minmax(0,1fr)_minmax(18rem,22rem)]">
          <Payload payload={task.payload} schema={task.payload_schema} />
          <div
            className={`@3xl:sticky @3xl:top-5 @3xl:self-start ${open ? "" : "@max-3xl:order-first"}`}
          >
            {open || isDraft ? (
              <AnswerForm task={task} answering={answering} open={open} mayAnswer={mayAnswer} />
            ) : (
              <Outcome task={task} />
            )}
          </div>
        </div>
      </div>
      {mayAnswer && <DecisionBar answering={answering} />}
    </article>
  );
}

type FormProps = { task: Task; answering: Answering; open: boolean; mayAnswer: boolean };

function AnswerForm({ task, answering, open, mayAnswer }: FormProps) {
  const { fields, drafts, problems, change, submit, sending, summary } = answering;
  return (
    <section aria-labelledby="answer" className="card scroll-mt-14 space-y-4 p-4 md:p-5">
      {!open && <Outcome task={task} />}
      <h2 id="answer" className="scroll-mt-20">
        {open ? "Your answer" : "Your draft"}
      </h2>
      <Summary id={task.id} fields={fields} problems={problems} ref={summary} />
      <form
        noValidate
        className="space-y-5"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Fields
          id={task.id}
          fields={fields}
          drafts={drafts}
          problems={problems}
          disabled={!mayAnswer}
          onChange={change}
        />
        {open && (
          <button
            type="submit"
            className="button button-primary w-full @max-3xl:hidden"
            disabled={sending.isPending || !mayAnswer}
          >
            Submit
            <Key>{MOD} Enter</Key>
          </button>
        )}
      </form>
    </section>
  );
}

const DIGITS = Array.from({ length: 9 }, (_, at) => at);

function useAnswerKeys(mayAnswer: boolean, { submit, decide }: Answering): void {
  const digits: Keys = Object.fromEntries(
    DIGITS.map((at) => [String(at + 1), () => decide(at)] as const),
  );
  useKeys(mayAnswer ? { "mod+Enter": submit, ...digits } : {});
}
