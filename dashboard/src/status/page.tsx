import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Schemas } from "../api/client";
import { statusQuery } from "../api/queries";
import { Facts } from "../ui/facts";
import { number, words } from "../ui/format";
import { Failure, Waiting } from "../ui/notice";
import { OperatorsOnly } from "../ui/operators";
import { Page } from "../ui/page";
import { Badge } from "../ui/status";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

const DATABASES: { [kind: string]: string } = { sqlite: "SQLite", postgresql: "PostgreSQL" };

export function SystemStatus() {
  return (
    <Page title="System status">
      <OperatorsOnly>
        <Parts />
      </OperatorsOnly>
    </Page>
  );
}

function Parts() {
  const { data, error, refetch } = useQuery(statusQuery);
  return (
    <>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Waiting />}
      {data && (
        <>
          <Facts facts={factsOf(data)} />
          <h2>Channels</h2>
          <Table label="Channels" columns={["Channel", "State", "How"]}>
            {data.channels.map(({ channel, configured, detail }) => (
              <tr key={channel}>
                <td>{words(channel)}</td>
                <td>
                  {configured ? (
                    <Badge className="bg-good-soft text-good">Ready</Badge>
                  ) : (
                    <Badge>Not configured</Badge>
                  )}
                </td>
                <td className="wrap-anywhere first-letter:uppercase">{detail}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </>
  );
}

function owed({ pending, failing }: Schemas["OutboxState"]): string {
  return failing > 0 ? `${number(pending)}, ${number(failing)} failing` : number(pending);
}

function factsOf(status: Schemas["SystemStatus"]): readonly (readonly [string, ReactNode])[] {
  const { next_deadline_at: deadline, outbox } = status;
  return [
    ["Open tasks", number(status.open_tasks)],
    ["Agents waiting here", number(status.parked_requests)],
    ["Next deadline", deadline ? <Time key="deadline" at={deadline} /> : "none"],
    ["Deliveries to be made", owed(outbox)],
    ["Deliveries given up", number(outbox.abandoned)],
    ["Version", status.version],
    ["Running since", <Time key="start" at={status.started_at} />],
    [
      "Database",
      `${DATABASES[status.database] ?? status.database}, schema ${status.schema_revision}`,
    ],
  ];
}
