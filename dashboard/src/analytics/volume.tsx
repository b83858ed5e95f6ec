import type { Schemas } from "../api/client";
import { date, number } from "../ui/format";
import { Table } from "../ui/table";

type Day = Schemas["DayCount"];

// The drawing's own measures: it is stretched to the width that there is.
const HEIGHT = 100;
const STEP = 10;
const BAR = 3.6;

/** Tasks and answers day by day, drawn, and as a table for whoever would rather read. */
export function Volume({ days }: { days: readonly Day[] }) {
  const most = Math.max(1, ...days.flatMap(({ created, completed }) => [created, completed]));
  const last = days.at(-1);
  const total = (name: "created" | "completed") => days.reduce((sum, day) => sum + day[name], 0);
  return (
    <section className="card space-y-3 p-4">
      <div className="flex flex-wrap items-baseline justify-between gap-3">
        <h2>Day by day</h2>
        <p className="flex gap-4 text-sm text-muted">
          <span className="flex items-center gap-1.5">
            <span className="size-2.5 rounded-sm bg-edge" />
            Asked {number(total("created"))}
          </span>
          <span className="flex items-center gap-1.5">
            <span className="size-2.5 rounded-sm bg-accent" />
            Answered {number(total("completed"))}
          </span>
        </p>
      </div>
      <svg
        role="img"
        aria-label={`Tasks asked and answered, day by day; at most ${most} in a day. The table below has the figures.`}
        viewBox={`0 0 ${days.length * STEP} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-40 w-full border-b border-line"
      >
        {days.map((day, at) => (
          <g key={day.day}>
            <Bar x={at * STEP + 1} share={day.created / most} className="fill-edge" />
            <Bar x={at * STEP + 1 + BAR} share={day.completed / most} className="fill-accent" />
          </g>
        ))}
      </svg>
      <p className="flex justify-between text-xs text-muted">
        <span>{days[0] && date(days[0].day)}</span>
        <span>{last && date(last.day)}</span>
      </p>
      <details>
        <summary className="min-h-6 text-muted">As a table</summary>
        <div className="mt-2 max-h-80 overflow-y-auto">
          <Table label="Day by day" fits columns={["Day", "Asked", "Answered"]}>
            {days.toReversed().map(({ day, created, completed }) => (
              <tr key={day}>
                <td className="whitespace-nowrap">{date(day)}</td>
                <td className="tabular-nums">{number(created)}</td>
                <td className="tabular-nums">{number(completed)}</td>
              </tr>
            ))}
          </Table>
        </div>
      </details>
    </section>
  );
}

function Bar({ x, share, className }: { x: number; share: number; className: string }) {
  const height = share * HEIGHT;
  return <rect x={x} y={HEIGHT - height} width={BAR} height={height} className={className} />;
}
