import { choicesOf } from "../form/decision";
import type { Answering } from "./answering";

// More than these do not fit beside each other on a phone.
const MOST = 3;
const LONGEST = 14;

/**
 * Keeps the decision in reach where the form stands below a payload that may be long: its options,
 * if they are few and short, and the way to send the answer.
 */
export function DecisionBar({ answering }: { answering: Answering }) {
  const { decision, drafts, decide, submit, sending, fields } = answering;
  const choices = (decision && choicesOf(decision.kind)) ?? [];
  const fits = choices.length <= MOST && choices.every(({ label }) => label.length <= LONGEST);
  const isMore = fields.length > (fits && decision ? 1 : 0);
  return (
    <div className="sticky bottom-0 z-10 flex flex-wrap items-center gap-2 border-t border-line bg-surface px-4 py-2 @3xl:hidden">
      {fits && decision && (
        <fieldset className="flex min-w-0 gap-1">
          <legend className="sr-only">{decision.title}</legend>
          {choices.map(({ draft, label }, at) => (
            <button
              key={draft}
              type="button"
              aria-pressed={drafts[decision.name] === draft}
              className="button aria-pressed:border-accent aria-pressed:bg-accent-soft"
              onClick={() => decide(at)}
            >
              {label}
            </button>
          ))}
        </fieldset>
      )}
      {isMore && (
        <a href="#answer" className="button button-quiet px-2">
          Form
        </a>
      )}
      <button
        type="button"
        className="button button-primary ml-auto"
        disabled={sending.isPending}
        onClick={submit}
      >
        Submit
      </button>
    </div>
  );
}
