import type { AuditEntry } from "../api/client";

/** What happened, in words. */
export const ACTIONS: { [action in AuditEntry["action"]]: string } = {
  created: "Created",
  assigned: "Assigned",
  unassigned: "Unassigned",
  claimed: "Claimed",
  opened: "Opened",
  completed: "Completed",
  cancelled: "Cancelled",
  timed_out: "Timed out",
  submitted: "Submitted",
  verified: "Verified",
  rejected: "Rejected",
  not_understood: "Not understood",
  verification_failed: "Verification failed",
  verification_exhausted: "Last attempt rejected",
  notified: "Notified",
  notification_failed: "Notification failed",
  notification_skipped: "Notification skipped",
  delivered: "Delivered",
  delivery_failed: "Delivery failed",
  delivery_abandoned: "Delivery abandoned",
  redelivered: "Sent again",
  refused: "Refused",
};
