import { useQuery } from "@tanstack/react-query";
import { auditQuery, type Task } from "../api/queries";
import { isSettled } from "../api/statuses";
import { MOD } from "../app/keys";
import { useIsVisitor } from "../app/session";
import { Fields, Summary } from "../form/form";
import { Key } from "../ui/key";
import { Notice } from "../ui/notice";
import type { Answering } from "./answering";
import { submittedBy } from "./history";
import { Outcome } from "./outcome";
import { attemptOf } from "./verdict";

type Props = { task: Task; answering: Answering; mayAnswer: boolean };

/** The answer: to be filled in, being checked, or what somebody wrote who came too late. */
export function AnswerForm({ task, answering, mayAnswer }: Props) {
  const { fields, drafts, problems, change, submit, sending, summary } = answering;
  const open = !isSettled(task);
  const checked = task.status === "submitted";
  const attempt = open && attemptOf(task);
  // An answer that was given elsewhere is not known here.
  const isKnown = !checked || answering.edited || answering.sent;
  return (
    <section aria-labelledby="answer" className="card scroll-mt-14 space-y-4 p-4 md:p-5">
      {!open && <Outcome task={task} />}
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <h2 id="answer" className="scroll-mt-20">
          {open ? (isKnown ? "Your answer" : "Answer") : "Your draft"}
        </h2>
        {attempt && <p className="text-sm text-muted">{attempt}</p>}
      </div>
      {checked && <Checking task={task} answering={answering} />}
      <Summary id={task.id} fields={fields} problems={problems} ref={summary} />
      {isKnown && (
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
          {open && !checked && (
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
      )}
    </section>
  );
}

/** Says whose answer a verifier looks at, and what that means for the reader. */
function Checking({ task, answering }: Pick<Props, "task" | "answering">) {
  const visitor = useIsVisitor();
  const { data } = useQuery({ ...auditQuery(task.id), enabled: !visitor });
  const who = submittedBy(data?.items ?? []);
  return (
    <div role="status">
      <Notice tone="warn">
        {answering.edited && (
          <p>
            {who ? `The answer of ${who}` : "Another answer"} is being checked. Yours was not sent;
            it is kept here as a draft.
          </p>
        )}
        {!answering.edited && answering.sent && (
          <p>
            Your answer is being checked. The verdict appears here by itself; you need not wait for
            it.
          </p>
        )}
        {!answering.edited && !answering.sent && (
          <p>{who ? `The answer of ${who}` : "An answer"} is being checked.</p>
        )}
      </Notice>
    </div>
  );
}
