import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { Schemas } from "../api/client";
import { type DeliveryFilter, deliveriesQuery } from "../api/queries";
import { words } from "../ui/format";
import { Empty, Failure, Waiting } from "../ui/notice";
import { OperatorsOnly } from "../ui/operators";
import { Page } from "../ui/page";
import { Select } from "../ui/select";
import { DeliveryState } from "../ui/status";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { Detail } from "./detail";
import { KIND_NAMES, KINDS } from "./kinds";

const STATUSES = ["pending", "delivered", "abandoned", "skipped"] as const;

/** What was owed to agents and to people, and what became of it. */
export function Deliveries() {
  const { id } = useSearch({ from: "/signed-in/deliveries" });
  return (
    <Page title="Deliveries">
      <OperatorsOnly>{id ? <Detail id={id} /> : <List />}</OperatorsOnly>
    </Page>
  );
}

function List() {
  const search = useSearch({ from: "/signed-in/deliveries" });
  const navigate = useNavigate();
  const status = STATUSES.find((known) => known === search.status);
  const kind = KIND_NAMES.find((known) => known === search.kind);
  const filter: DeliveryFilter = {
    ...(kind && { kind }),
    ...(status && { status }),
    ...(search.task && { task_id: search.task }),
  };
  const query = useInfiniteQuery(deliveriesQuery(filter));
  const show = (part: { kind?: string; status?: string }) => {
    const wanted = Object.entries({ kind, status, task: search.task, ...part });
    const said = Object.fromEntries(wanted.filter(([, value]) => value));
    void navigate({ to: "/deliveries", search: said });
  };
  const deliveries = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <div className="flex flex-wrap gap-3">
        <Select
          label="What"
          value={kind ?? ""}
          options={[["", "All"], ...KIND_NAMES.map((name) => [name, KINDS[name]] as const)]}
          onChange={(value) => show({ kind: value })}
        />
        <Select
          label="State"
          value={status ?? ""}
          options={[["", "All"], ...STATUSES.map((name) => [name, words(name)] as const)]}
          onChange={(value) => show({ status: value })}
        />
      </div>
      {query.error && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {!query.data && !query.error && <Waiting />}
      {query.data && deliveries.length === 0 && (
        <Empty title={status || kind ? "No such delivery" : "Nothing was to be delivered yet"}>
          <p>
            People are told of tasks that are created with <code>notify</code>, and a{" "}
            <code>callback_url</code> how its task settled.
          </p>
        </Empty>
      )}
      {deliveries.length > 0 && (
        <Table label="Deliveries" columns={COLUMNS}>
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
              <td className="whitespace-nowrap">{KINDS[delivery.kind]}</td>
              <td>
                <DeliveryState status={delivery.status} />
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

const COLUMNS = ["Sent to", "What", "State", "Attempts", "Last answer", "Made"];

function lastOf({ last_error, last_status_code }: Schemas["WebhookDelivery"]): string {
  return last_error ?? (last_status_code === null ? "" : String(last_status_code));
}
