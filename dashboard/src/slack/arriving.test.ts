import { expect, test } from "vitest";
import { arrival } from "./arriving";
import type { Workspace } from "./queries";

const ACME: Workspace = {
  team_id: "T0ACME",
  team_name: "Acme",
  bot_user_id: "U0BOT",
  scopes: [],
  source: "oauth",
  installed_by_email: null,
  created_at: null,
};

test("a workspace that was added is called by its name", () => {
  expect(arrival({ installed: "T0ACME" }, [ACME])).toEqual({
    added: true,
    text: "The app was added to Acme.",
  });
});

test("a workspace that is not there was not added, whatever the address says", () => {
  expect(arrival({ installed: "T0OTHER" }, [ACME])).toBeUndefined();
  expect(arrival({}, [ACME])).toBeUndefined();
});

test("what went wrong is said in words, with Slack's own", () => {
  expect(arrival({ error: "state_missing" }, [])?.text).toBe(
    "The app was not added: It was not begun in this browser. Begin again. (state_missing)",
  );
  expect(arrival({ error: "org_login_required" }, [])?.text).toBe(
    "The app was not added: org_login_required",
  );
});

test("a text that is no code is not shown", () => {
  for (const error of ["Call 555-0100 to unlock your account", "<b>", "", "constructor_"]) {
    const said = arrival({ error }, [ACME]);
    expect(said?.added).toBe(false);
    expect(said?.text).toMatch(/^The app was not added: [a-z_]+$/);
  }
  expect(arrival({ error: "constructor" }, [])?.text).toBe("The app was not added: constructor");
});
