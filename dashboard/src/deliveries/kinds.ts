import type { Schemas } from "../api/client";

type Kind = Schemas["DeliveryKind"];

/** What each kind of delivery is called. */
export const KINDS: { [kind in Kind]: string } = {
  webhook: "Result",
  email: "Mail",
  slack: "Slack message",
  slack_update: "Slack update",
  verification: "Verification",
};
export const KIND_NAMES = Object.keys(KINDS) as readonly Kind[];
