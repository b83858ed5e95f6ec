import type { Schemas, TaskStatus } from "../api/client";
import { words } from "./format";

const TONES: { [status in TaskStatus]: string } = {
  created: "bg-accent-soft text-accent",
  notified: "bg-accent-soft text-accent",
  assigned: "bg-accent-soft text-accent",
  in_progress: "bg-warn-soft text-warn",
  submitted: "bg-warn-soft text-warn",
  verified: "bg-good-soft text-good",
  rejected: "bg-bad-soft text-bad",
  completed: "bg-good-soft text-good",
  timed_out: "bg-sunken text-muted",
  cancelled: "bg-sunken text-muted",
  verification_exhausted: "bg-bad-soft text-bad",
};

export function Status({ status }: { status: TaskStatus }) {
  return <Badge className={TONES[status]}>{words(status)}</Badge>;
}

type DeliveryStatus = Schemas["DeliveryStatus"];

const DELIVERY_TONES: { [status in DeliveryStatus]: string } = {
  pending: "bg-warn-soft text-warn",
  delivered: "bg-good-soft text-good",
  abandoned: "bg-bad-soft text-bad",
  skipped: "bg-sunken text-muted",
};

export function DeliveryState({ status }: { status: DeliveryStatus }) {
  return <Badge className={DELIVERY_TONES[status]}>{words(status)}</Badge>;
}

export function Badge({ className = "", children }: { className?: string; children: string }) {
  return (
    <span
      className={`inline-block rounded-full px-2 text-xs leading-5 font-medium whitespace-nowrap ${className || "bg-sunken text-muted"}`}
    >
      {children}
    </span>
  );
}
