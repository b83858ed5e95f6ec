import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { Schemas } from "../api/client";
import { deliveriesQuery } from "../api/queries";
import { words } from "../ui/format";
import { Empty, Failure, Waiting } from "../ui/notice";
import { OperatorsOnly } from "../ui/operators";
import { Page } from "../ui/page";
import { Select } from "../ui/select";
import { Badge } from "../ui/status";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { Detail } from "./detail";

export type DeliveryStatus = Schemas["DeliveryStatus"];
const STATUSES: readonly DeliveryStatus[] = ["pending", "delivered", "abandoned"];

/** What was owed to agents' callback addresses, and what became of it. */
export function Deliveries() {
  const { id } = useSearch({ from: "/signed-in/deliveries" });
  return (
    <Page title="Webhook deliveries">
      <OperatorsOnly>{id ? <Detail id={id} /> : <List />}</OperatorsOnly>
    </Page>
  );
}

function List() {
  const { status: wanted, task } = useSearch({ from: "/signed-in/deliveries" });
  const navigate = useNavigate();
  const status = STATUSES.find((known) => known === wanted);
  const query = useInfiniteQuery(deliveriesQuery(status, task));
  const deliveries = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Select
        label="State"
        value={status ?? ""}
        options={[["", "All"], ...STATUSES.map((name) => [name, words(name)] as const)]}
        onChange={(value) =>
          void navigate({
            to: "/deliveries",
            search: { ...(value && { status: value }), ...(task && { task }) },
          })
        }
      />
      {query.error && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {!query.data && !query.error && <Waiting />}
      {query.data && deliveries.length === 0 && (
        <Empty title={status ? `No delivery is ${status}` : "Nothing was to be delivered yet"}>
          <p>
            Tasks that are created with a <code>callback_url</code> are told to it when they settle.
          </p>
        </Empty>
      )}
      {deliveries.length > 0 && (
        <Table label="Deliveries" columns={["Sent to", "State", "Attempts", "Last answer", "Made"]}>
          {deliveries.map((delivery) => (
            <tr key={delivery.id}>
              <td className="min-w-56">
                <Link
                  to="/deliveries"
                  search={{ id: delivery.id }}
                  className="link line-clamp-2 min-h-6 wrap-anywhere"
                >
                  {delivery.target}
                </Link>
              </td>
              <td>
                <State status={delivery.status} />
              </td>
              <td className="tabular-nums">{delivery.attempts}</td>
              <td className="min-w-32">{lastOf(delivery)}</td>
              <td className="whitespace-nowrap">
                <Time at={delivery.created_at} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {query.hasNextPage && (
        <button type="button" className="button" onClick={() => void query.fetchNextPage()}>
          Show more
        </button>
      )}
    </>
  );
}

const TONES = {
  pending: "bg-warn-soft text-warn",
  delivered: "bg-good-soft text-good",
  abandoned: "bg-bad-soft text-bad",
};

export function State({ status }: { status: DeliveryStatus }) {
  return <Badge className={TONES[status]}>{words(status)}</Badge>;
}

function lastOf({ last_error, last_status_code }: Schemas["WebhookDelivery"]): string {
  return last_error ?? (last_status_code === null ? "" : String(last_status_code));
}
