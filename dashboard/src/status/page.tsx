import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { statusQuery } from "../api/queries";
import { number, words } from "../ui/format";
import { Failure, Waiting } from "../ui/notice";
import { OperatorsOnly } from "../ui/operators";
import { Page } from "../ui/page";
import { Badge } from "../ui/status";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

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
          <dl className="grid gap-3 sm:grid-cols-2 md:grid-cols-3">
            <Fact name="Open tasks">{number(data.open_tasks)}</Fact>
            <Fact name="Agents waiting here">{number(data.parked_requests)}</Fact>
            <Fact name="Next deadline">
              {data.next_deadline_at ? <Time at={data.next_deadline_at} /> : "none"}
            </Fact>
            <Fact name="Version">{data.version}</Fact>
            <Fact name="Running since">
              <Time at={data.started_at} />
            </Fact>
            <Fact name="Database">
              {data.database}, schema {data.schema_revision}
            </Fact>
          </dl>
          <h2>Channels</h2>
          <Table label="Channels" columns={["Channel", "State"]}>
            {data.channels.map(({ channel, configured }) => (
              <tr key={channel}>
                <td>{words(channel)}</td>
                <td>
                  {configured ? (
                    <Badge className="bg-good-soft text-good">Ready</Badge>
                  ) : (
                    <Badge>Not configured</Badge>
                  )}
                </td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="card p-4">
      <dt className="text-sm text-muted">{name}</dt>
      <dd className="mt-1 text-lg font-semibold wrap-anywhere">{children}</dd>
    </div>
  );
}
