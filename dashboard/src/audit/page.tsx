import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { AuditEntry } from "../api/client";
import { auditQuery, taskQuery, tasksQuery } from "../api/queries";
import { words } from "../ui/format";
import { Line } from "../ui/input";
import { Empty, Failure, Waiting } from "../ui/notice";
import { Page } from "../ui/page";
import { Select } from "../ui/select";
import { Status } from "../ui/status";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { ACTIONS } from "./actions";
import { csv, save } from "./csv";
import { Extra } from "./extra";

export function Audit() {
  const { task } = useSearch({ from: "/signed-in/audit" });
  return task ? <History id={task} /> : <Choose />;
}

/** Lets the reader choose whose history to see. */
function Choose() {
  const [q, setQ] = useState("");
  const [tab, setTab] = useState<"done" | "open">("done");
  const { data, error, refetch } = useInfiniteQuery(tasksQuery({ tab, q: q.trim() }));
  const tasks = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title="Audit">
      <p className="text-muted">
        Everything that happened to a task, and who did it. Choose a task.
      </p>
      <div className="flex flex-wrap items-end gap-3">
        <div className="w-64 max-md:w-full">
          <Line label="Find a task" type="search" value={q} onText={setQ} />
        </div>
        <Select
          label="State"
          value={tab}
          options={[
            ["done", "Done"],
            ["open", "Open"],
          ]}
          onChange={(value) => setTab(value === "open" ? "open" : "done")}
        />
      </div>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Waiting />}
      {data && tasks.length === 0 && <Empty title="There is no such task" />}
      {tasks.length > 0 && (
        <Table label="Tasks" columns={["Task", "Status", "Changed"]}>
          {tasks.map((one) => (
            <tr key={one.id}>
              <td className="min-w-60">
                <Link
                  to="/audit"
                  search={{ task: one.id }}
                  className="link line-clamp-2 min-h-6 wrap-anywhere"
                >
                  {one.task}
                </Link>
              </td>
              <td>
                <Status status={one.status} />
              </td>
              <td className="whitespace-nowrap">
                <Time at={one.updated_at} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Page>
  );
}

type Filter = { action: string; actor: string };

function History({ id }: { id: string }) {
  const [filter, setFilter] = useState<Filter>({ action: "", actor: "" });
  const { data, error, refetch } = useQuery(auditQuery(id));
  const { data: task } = useQuery(taskQuery(id));
  const entries = data?.items ?? [];
  const shown = entries.filter(
    (entry) =>
      (!filter.action || entry.action === filter.action) &&
      (!filter.actor || actorOf(entry) === filter.actor),
  );
  return (
    <Page
      title="Audit"
      aside={
        <button
          type="button"
          className="button"
          disabled={shown.length === 0}
          onClick={() => save(`${id}.csv`, table(shown))}
        >
          Save as CSV
        </button>
      }
    >
      <p>
        <Link to="/audit" className="link inline-block min-h-6">
          All tasks
        </Link>{" "}
        <span aria-hidden="true">›</span>{" "}
        <Link to="/task" search={{ id }} className="link inline-block min-h-6 wrap-anywhere">
          {task?.task ?? id}
        </Link>
      </p>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Waiting />}
      {data && (
        <>
          <div className="flex flex-wrap gap-3">
            <Select
              label="What"
              value={filter.action}
              options={choices(entries.map(({ action }) => [action, ACTIONS[action]] as const))}
              onChange={(action) => setFilter({ ...filter, action })}
            />
            <Select
              label="Who"
              value={filter.actor}
              options={choices(entries.map((entry) => [actorOf(entry), actorOf(entry)] as const))}
              onChange={(actor) => setFilter({ ...filter, actor })}
            />
          </div>
          <Events entries={shown} />
        </>
      )}
    </Page>
  );
}

function Events({ entries }: { entries: readonly AuditEntry[] }) {
  if (entries.length === 0) return <Empty title="Nothing of that kind happened" />;
  return (
    <Table label="Events" columns={["When", "What", "Who", "Status after", "More"]}>
      {entries.map((entry) => (
        <tr key={entry.id}>
          <td className="whitespace-nowrap">
            <Time at={entry.created_at} />
          </td>
          <td className="whitespace-nowrap">{ACTIONS[entry.action]}</td>
          <td className="wrap-anywhere">
            {actorOf(entry)}
            {entry.channel && <span className="text-muted">, {words(entry.channel)}</span>}
          </td>
          <td>
            <Status status={entry.to_status} />
          </td>
          <td className="min-w-40">
            <Extra data={entry.extra_data} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function choices(known: readonly (readonly [string, string])[]) {
  return [["", "All"] as const, ...new Map(known)];
}

function actorOf({ actor_email, actor_type }: AuditEntry): string {
  return actor_email ?? words(actor_type);
}

const HEADER = ["time", "action", "actor", "actor_type", "channel", "from", "to", "extra"];

function table(entries: readonly AuditEntry[]): string {
  const rows = entries.map((entry) => [
    entry.created_at,
    entry.action,
    entry.actor_email,
    entry.actor_type,
    entry.channel,
    entry.from_status,
    entry.to_status,
    JSON.stringify(entry.extra_data),
  ]);
  return csv(HEADER, rows);
}
