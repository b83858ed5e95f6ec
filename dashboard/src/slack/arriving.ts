import type { Workspace } from "./queries";

/** What the page says to an operator who comes back from Slack. */
export interface Arrival {
  added: boolean;
  text: string;
}

const AGAIN = "Begin again.";
const WHY: { [code: string]: string } = {
  access_denied: "Slack was told not to, or the workspace does not allow it.",
  bad_client_secret: "The client secret of this server is not the app's.",
  bad_redirect_uri: "The app's settings at Slack do not allow this server's redirect URL.",
  invalid_client_id: "The client id of this server is no app's.",
  code_already_used: `It was done already. ${AGAIN}`,
  invalid_code: `It took too long, or was done already. ${AGAIN}`,
  no_code: `Slack gave nothing to go on with. ${AGAIN}`,
  no_payload_key: "There is no AWAITHUMANS_PAYLOAD_KEY to keep the token with.",
  state_expired: `It took more than ten minutes. ${AGAIN}`,
  state_invalid: `It was begun by somebody else, or for another try. ${AGAIN}`,
  state_missing: `It was not begun in this browser. ${AGAIN}`,
  state_used: `It was done already. ${AGAIN}`,
  timeout: `Slack did not answer in time. ${AGAIN}`,
  unreachable: `This server has no connection to Slack. ${AGAIN}`,
};
const CODE = /^[a-z][a-z0-9_]{1,60}$/;

/**
 * Says what became of an installation; nothing when the address tells of none.
 *
 * Anybody can send an operator to an address: of what is in it, only a code is shown, and only a
 * workspace that is there.
 */
export function arrival(
  { installed, error }: { installed?: string; error?: string },
  workspaces: readonly Workspace[],
): Arrival | undefined {
  if (error !== undefined) {
    const code = CODE.test(error) ? error : "unknown_error";
    const why = Object.hasOwn(WHY, code) ? WHY[code] : undefined;
    return { added: false, text: `The app was not added: ${why ? `${why} (${code})` : code}` };
  }
  const there = workspaces.find((workspace) => workspace.team_id === installed);
  return there && { added: true, text: `The app was added to ${there.team_name}.` };
}
