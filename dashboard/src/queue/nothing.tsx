import type { Tab } from "../api/queries";
import { useIsOperator } from "../app/session";
import { Copy } from "../ui/copy";
import { Empty } from "../ui/notice";
import { Scrolls } from "../ui/scrolls";

const SNIPPET = `from pydantic import BaseModel
from awaithumans import await_human_sync

class Refund(BaseModel):
    amount: int
    customer: str

class Decision(BaseModel):
    approved: bool

decision = await_human_sync(
    task="Approve this refund?",
    payload_schema=Refund,
    payload=Refund(amount=250, customer="cus_123"),
    response_schema=Decision,
    timeout_seconds=900,
)`;

const TITLES: { [tab in Tab]: string } = {
  open: "Nothing waits for you",
  mine: "No task is yours",
  unassigned: "Every task is with somebody",
  done: "Nothing has been answered yet",
};

/** Says why the list is empty, and what to do about it. */
export function NothingHere({ tab, q }: { tab: Tab; q: string }) {
  const operator = useIsOperator();
  if (q) {
    return (
      <Empty title={`No task says “${q}”`}>
        <p>Try other words, or look among the ones that are done.</p>
      </Empty>
    );
  }
  return (
    <Empty title={TITLES[tab]}>
      <p>New tasks appear here by themselves.</p>
      {tab === "open" && operator && (
        <div className="text-left">
          <div className="flex items-center justify-between">
            <p>An agent asks like this:</p>
            <Copy text={SNIPPET} />
          </div>
          <Scrolls label="Example" className="rounded-md bg-sunken p-3 text-ink">
            <pre className="text-xs">{SNIPPET}</pre>
          </Scrolls>
        </div>
      )}
    </Empty>
  );
}
