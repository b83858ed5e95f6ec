import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { statusQuery } from "../api/queries";
import { useIsOperator } from "../app/session";
import { Empty, Failure, Notice, Waiting } from "../ui/notice";
import { OperatorsOnly } from "../ui/operators";
import { Page } from "../ui/page";
import { Badge } from "../ui/status";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { AddDialog } from "./add";
import { type Sender, sendersQuery } from "./queries";
import { RemoveDialog } from "./remove";
import { Try } from "./try";

/** Who mails come from, and whether they get out. */
export function EmailPage() {
  const [adding, setAdding] = useState(false);
  const add = (
    <button type="button" className="button button-primary" onClick={() => setAdding(true)}>
      Add a sender
    </button>
  );
  return (
    <Page title="Email" aside={useIsOperator() && add}>
      <OperatorsOnly>
        <Parts />
      </OperatorsOnly>
      {adding && <AddDialog onClose={() => setAdding(false)} />}
    </Page>
  );
}

function Parts() {
  const { data, error, refetch } = useQuery(sendersQuery);
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting />;
  return (
    <>
      <Default senders={data} />
      <Senders senders={data.items} />
      {(data.default_sender || data.items.length > 0) && <Try senders={data} />}
    </>
  );
}

/** Which sender mails have that name none, and what is missing if they have none. */
function Default({ senders }: { senders: Schemas["EmailIdentityList"] }) {
  const { data: status } = useQuery(statusQuery);
  const how = status?.channels.find(({ channel }) => channel === "email")?.detail;
  const { default_sender: sender, items } = senders;
  const fromEnvironment = sender !== null && !items.some(({ is_default }) => is_default);
  return (
    <Notice tone={sender ? "plain" : "warn"}>
      {sender ? (
        <p>
          Mails that name no sender come from <strong>{sender}</strong>
          {fromEnvironment && ", as the server's environment says"}.
        </p>
      ) : (
        <p>Mails that name no sender can't be sent.</p>
      )}
      {how && <p className="text-sm first-letter:uppercase">{how}</p>}
    </Notice>
  );
}

function Senders({ senders }: { senders: readonly Sender[] }) {
  const [removing, setRemoving] = useState<Sender>();
  if (senders.length === 0) {
    return (
      <Empty title="No sender has a name yet">
        <p>
          A task can name the sender of its mails, as in <code>email+support:ann@example.com</code>.
          The only one sends all mails, where the environment sets no other.
        </p>
      </Empty>
    );
  }
  return (
    <>
      <Table label="Senders" columns={["Name", "From", "Goes out", "Since", ""]}>
        {senders.map((sender) => (
          <tr key={sender.id}>
            <td className="min-w-32">
              <span className="mr-2 font-medium wrap-anywhere">{sender.name}</span>
              {sender.is_default && <Badge className="bg-good-soft text-good">Default</Badge>}
            </td>
            <td className="min-w-40 wrap-anywhere">{sender.sender}</td>
            <td className="min-w-40 wrap-anywhere">{sender.detail}</td>
            <td className="whitespace-nowrap">
              <Time at={sender.created_at} />
            </td>
            <td className="md:text-right">
              <button
                type="button"
                className="button button-danger"
                onClick={() => setRemoving(sender)}
              >
                Remove<span className="sr-only"> {sender.name}</span>
              </button>
            </td>
          </tr>
        ))}
      </Table>
      {removing && <RemoveDialog sender={removing} onClose={() => setRemoving(undefined)} />}
    </>
  );
}
