import { expect, test } from "vitest";
import type { Schemas } from "../api/client";
import { attemptOf, problemsOf, refusalOf } from "./verdict";

const refused: Schemas["Verdict"] = {
  outcome: "refused",
  reason: "The amount is not the order's.",
  fields: [{ loc: ["lines", 1, "amount"], msg: "is more than was paid" }],
  attempt: 1,
  model: "model-1",
  at: "2026-01-05T10:00:00Z",
};

test("a refusal is told while another answer is asked for", () => {
  for (const status of ["rejected", "in_progress", "assigned"] as const) {
    expect(refusalOf({ status, verdict: refused })).toBe(refused);
  }
});

test("a refusal is not told while the next answer is checked, nor once the task is settled", () => {
  for (const status of ["submitted", "completed", "cancelled"] as const) {
    expect(refusalOf({ status, verdict: refused })).toBeNull();
  }
});

test("an answer that passed is no refusal", () => {
  const verdict = { ...refused, outcome: "passed" as const };
  expect(refusalOf({ status: "in_progress", verdict })).toBeNull();
});

test("what is wrong lands on the fields that the verdict names", () => {
  expect(problemsOf(refused)).toEqual([
    { path: ["lines", 1, "amount"], msg: "is more than was paid" },
  ]);
  expect(problemsOf(null)).toEqual([]);
});

test("attempts are counted from one, and never past the last", () => {
  expect(attemptOf({ max_attempts: 3, verification_attempt: 0 })).toBe("Attempt 1 of 3");
  expect(attemptOf({ max_attempts: 3, verification_attempt: 3 })).toBe("Attempt 3 of 3");
  expect(attemptOf({ max_attempts: null, verification_attempt: 0 })).toBeUndefined();
});
