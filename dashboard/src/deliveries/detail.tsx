import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../api/client";
import { stringify } from "../api/json";
import { type Delivery, deliveryQuery, taskQuery } from "../api/queries";
import { Copy } from "../ui/copy";
import { moment, number } from "../ui/format";
import { Failure, Notice, Waiting } from "../ui/notice";
import { Scrolls } from "../ui/scrolls";
import { DeliveryState } from "../ui/status";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { KINDS } from "./kinds";
import { useRedelivery } from "./redeliver";

/** One delivery: what is sent, and every attempt. */
export function Detail({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(deliveryQuery(id));
  return (
    <>
      <p>
        <Link to="/deliveries" className="link inline-block min-h-6">
          All deliveries
        </Link>
      </p>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Waiting />}
      {data && <Known delivery={data} />}
    </>
  );
}

function Known({ delivery }: { delivery: Delivery }) {
  const { id, kind, status, next_attempt_at, attempt_log } = delivery;
  const sending = useRedelivery(delivery.task_id);
  const { data: task } = useQuery(taskQuery(delivery.task_id));
  const body = stringify(delivery.body, 2);
  return (
    <>
      {sending.error && <Failure error={sending.error} />}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <DeliveryState status={status} />
        <h2 className="min-w-0 basis-64 grow wrap-anywhere">{delivery.target}</h2>
        <button
          type="button"
          className="button"
          disabled={sending.isPending}
          onClick={() => sending.mutate(id)}
        >
          Send again
        </button>
      </div>
      <p className="text-muted">
        {KINDS[kind]} about{" "}
        <Link to="/task" search={{ id: delivery.task_id }} className="link wrap-anywhere">
          {task?.task ?? "this task"}
        </Link>
        {status === "pending" && next_attempt_at && (
          <>
            , tried next <Time at={next_attempt_at} />
          </>
        )}
        .
      </p>
      <section className="space-y-2">
        <div className="flex items-center justify-between">
          <h2>Body</h2>
          <Copy text={body} />
        </div>
        {delivery.redacted && (
          <Notice>The receiver gets the answer too. It is not shown: the task is redacted.</Notice>
        )}
        <Scrolls label="Body" className="max-h-96 card p-4">
          <pre className="text-sm">{body}</pre>
        </Scrolls>
      </section>
      <section className="space-y-2">
        <h2>Attempts</h2>
        <Attempts attempts={attempt_log} />
      </section>
    </>
  );
}

function Attempts({ attempts }: { attempts: readonly Schemas["DeliveryAttempt"][] }) {
  if (attempts.length === 0) return <p className="text-muted">None yet.</p>;
  return (
    <Table label="Attempts" columns={["When", "Status", "Took", "What was answered"]}>
      {attempts.toReversed().map(({ attempted_at, status_code, error, duration_ms, answer }) => (
        <tr key={attempted_at}>
          <td className="whitespace-nowrap">{moment(attempted_at)}</td>
          <td className="tabular-nums">
            {status_code ?? (error === null ? "Delivered" : "No answer")}
          </td>
          <td className="whitespace-nowrap tabular-nums">{number(duration_ms)} ms</td>
          <td className="min-w-48 wrap-anywhere">
            {error}
            {answer && <code className="block text-sm text-muted">{answer}</code>}
          </td>
        </tr>
      ))}
    </Table>
  );
}
