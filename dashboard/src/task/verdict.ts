/** What a verifier said of an answer, as far as it concerns whoever answers next. */
import type { Schemas } from "../api/client";
import type { Task } from "../api/queries";
import { isToBeAnswered } from "../api/statuses";
import type { Problem } from "../form/answer";
import type { Path } from "../form/kinds";

type Verdict = Schemas["Verdict"];

/** Gives the last verdict, while another answer is asked for because of it. */
export function refusalOf(task: Pick<Task, "status" | "verdict">): Verdict | null {
  const { verdict } = task;
  return verdict && verdict.outcome !== "passed" && isToBeAnswered(task) ? verdict : null;
}

/** Finds the fields that a verdict names: `loc` is the way into the answer. */
export function problemsOf(verdict: Verdict | null): readonly Problem[] {
  return (verdict?.fields ?? []).map(({ loc, msg }) => ({ path: loc as Path, msg }));
}

/** "Attempt 2 of 3": which answer the next one is, or the one that is checked. */
export function attemptOf(
  task: Pick<Task, "max_attempts" | "verification_attempt">,
): string | undefined {
  if (task.max_attempts === null) return undefined;
  const attempt = Math.min(task.verification_attempt + 1, task.max_attempts);
  return `Attempt ${attempt} of ${task.max_attempts}`;
}
