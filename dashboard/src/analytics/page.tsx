import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import type { Schemas } from "../api/client";
import { statsQuery } from "../api/queries";
import { Facts } from "../ui/facts";
import { duration, number, percent, words } from "../ui/format";
import { Empty, Failure, Waiting } from "../ui/notice";
import { OperatorsOnly } from "../ui/operators";
import { Page } from "../ui/page";
import { Table } from "../ui/table";
import { Volume } from "./volume";

type Stats = Schemas["TaskStats"];
const WINDOWS = [7, 30, 90] as const;
const USUAL = 30;

/** How much is asked, how much of it is answered, and how fast. */
export function Analytics() {
  const search = useSearch({ from: "/signed-in/analytics" });
  const days = WINDOWS.find((window) => String(window) === search.days) ?? USUAL;
  return (
    <Page title="Analytics" aside={<Windows days={days} />}>
      <OperatorsOnly>
        <Report days={days} />
      </OperatorsOnly>
    </Page>
  );
}

function Windows({ days }: { days: number }) {
  return (
    <nav aria-label="Window" className="flex gap-1">
      {WINDOWS.map((window) => (
        <Link
          key={window}
          to="/analytics"
          search={{ days: String(window) }}
          aria-current={window === days ? "page" : undefined}
          className="button aria-[current]:border-accent aria-[current]:bg-accent-soft"
        >
          {window} days
        </Link>
      ))}
    </nav>
  );
}

function Report({ days }: { days: number }) {
  const { data, error, refetch } = useQuery(statsQuery(days));
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting />;
  if (data.created === 0 && data.by_channel.length === 0) {
    return (
      <Empty title={`Nothing was asked in ${days} days`}>
        <p>What agents ask, and how fast people answer, is counted here.</p>
      </Empty>
    );
  }
  return (
    <>
      <Facts facts={factsOf(data)} />
      <Volume days={data.by_day} />
      <div className="grid gap-5 md:grid-cols-2">
        <Counts
          title="Answers by channel"
          rows={data.by_channel.map(({ channel, completed }) => [
            channel ? words(channel) : "Unknown",
            completed,
          ])}
        />
        <Counts
          title="Tasks by status now"
          rows={data.by_status.map(({ status, count }) => [words(status), count])}
        />
      </div>
    </>
  );
}

function factsOf(stats: Stats): readonly (readonly [string, string])[] {
  const { created, completion_rate: rate, median_seconds: median, p95_seconds: p95 } = stats;
  return [
    ["Tasks", number(created)],
    ["Answered, of those settled", rate === null ? "–" : percent(rate)],
    ["Median time to answer", median === null ? "–" : duration(median)],
    ["95 % are answered within", p95 === null ? "–" : duration(p95)],
  ];
}

type CountsProps = { title: string; rows: readonly (readonly [string, number])[] };

function Counts({ title, rows }: CountsProps) {
  const most = Math.max(1, ...rows.map(([, count]) => count));
  return (
    <section className="min-w-0 space-y-2">
      <h2>{title}</h2>
      {rows.length === 0 && <p className="text-muted">None yet.</p>}
      {rows.length > 0 && (
        <Table label={title} fits columns={["Name", "Share", "Count"]}>
          {rows.map(([name, count]) => (
            <tr key={name}>
              <td className="whitespace-nowrap">{name}</td>
              <td className="w-full">
                <svg
                  aria-hidden="true"
                  viewBox="0 0 100 8"
                  preserveAspectRatio="none"
                  className="mt-1.5 h-2 w-full"
                >
                  <rect width={(count / most) * 100} height="8" className="fill-accent" />
                </svg>
              </td>
              <td className="text-right tabular-nums">{number(count)}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}
