import { expect, test } from "vitest";
import type { User } from "../api/client";
import { holderOf, labelOf, personOf, says } from "./matching";

function person(changes: Partial<User>): User {
  return {
    id: "usr_1",
    email: null,
    display_name: null,
    slack_team_id: null,
    slack_user_id: null,
    role: null,
    access_level: null,
    pool: null,
    is_operator: false,
    active: true,
    has_password: false,
    last_assigned_at: null,
    created_at: "2026-01-05T10:00:00Z",
    updated_at: "2026-01-05T10:00:00Z",
    ...changes,
  };
}

const ANN = person({
  email: "ann@example.com",
  slack_team_id: "T0000001",
  slack_user_id: "U0000001",
});

test("a member is a person only in the same workspace", () => {
  expect(holderOf([ANN], "T0000001", { user_id: "U0000001" })).toBe(ANN);
  expect(holderOf([ANN], "T0000002", { user_id: "U0000001" })).toBeUndefined();
});

test("a person is found by what they are called, however it is written", () => {
  expect(personOf([ANN], " Ann@Example.com ")).toBe(ANN);
  expect(personOf([ANN], "bob@example.com")).toBeUndefined();
});

test("a person without an address is called by name, or by id", () => {
  expect(labelOf(person({ display_name: "Bob" }))).toBe("Bob");
  expect(labelOf(person({}))).toBe("usr_1");
});

test("a member is found by each of their names", () => {
  const member = { user_id: "U0000001", name: "ann", display_name: "Ann A.", email: null };
  for (const text of ["", "ANN a", "u0000001"]) expect(says(member, text)).toBe(true);
  expect(says(member, "bob")).toBe(false);
});
