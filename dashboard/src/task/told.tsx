import type { Schemas } from "../api/client";
import type { Task } from "../api/queries";
import { useIsOperator } from "../app/session";
import { useRedelivery } from "../deliveries/redeliver";
import { moment } from "../ui/format";
import { Failure } from "../ui/notice";
import { DeliveryState } from "../ui/status";
import { Time } from "../ui/time";

type Notification = Schemas["Notification"];

const PURPOSES: { [purpose in Notification["purpose"]]: string } = {
  new: "asked",
  reminder: "reminded",
  again: "asked once more",
};

/** Who was asked to answer, by which message, and what became of it. */
export function Told({ task }: { task: Task }) {
  const operator = useIsOperator();
  const sending = useRedelivery(task.id);
  if (task.notifications.length === 0) return null;
  return (
    <section aria-labelledby="told" className="space-y-2">
      <h2 id="told" className="scroll-mt-20">
        Who was told
      </h2>
      {sending.error && <Failure error={sending.error} />}
      <ul className="card divide-y divide-line">
        {task.notifications.map((message) => (
          <li key={message.delivery_id} className="flex flex-wrap items-center gap-x-3 gap-y-1 p-3">
            <div className="min-w-0 flex-1 basis-56 space-y-0.5">
              <p className="wrap-anywhere">
                <span className="font-medium">{message.target}</span>{" "}
                <span className="text-muted">{PURPOSES[message.purpose]}</span>
              </p>
              <Story message={message} />
            </div>
            <DeliveryState status={message.status} />
            {operator && (
              <button
                type="button"
                className="button button-quiet px-2 max-md:-ml-2"
                disabled={sending.isPending}
                onClick={() => sending.mutate(message.delivery_id)}
              >
                Send again<span className="sr-only"> to {message.target}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Story({ message }: { message: Notification }) {
  const { status, last_error, next_attempt_at, delivered_at } = message;
  return (
    <>
      {last_error && status !== "delivered" && (
        <p className="text-sm wrap-anywhere text-bad">{last_error}</p>
      )}
      {status === "pending" && next_attempt_at && (
        <p className="text-sm text-muted">
          {last_error ? "Tried again" : "To be sent"} <Time at={next_attempt_at} />
        </p>
      )}
      {status === "skipped" && <p className="text-sm text-muted">Nobody needed it any more.</p>}
      {delivered_at && <p className="text-sm text-muted">{moment(delivered_at)}</p>}
    </>
  );
}
