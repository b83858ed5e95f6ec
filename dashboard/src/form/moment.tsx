/** Controls for dates and times; a moment says which zone it is in. */
import type { InputProps } from "./context";
import { Group, Single, useControl } from "./frame";
import type { Moment } from "./kinds";
import { offsetAt } from "./moments";

const TYPES = { date: "date", time: "time", datetime: "datetime-local" };
const LAST = { date: "9999-12-31", time: undefined, datetime: "9999-12-31T23:59:59" };

export function MomentInput(props: InputProps<Moment>) {
  return props.kind.is === "date" ? <DateInput {...props} /> : <ZonedInput {...props} />;
}

function DateInput({ draft, onChange, path, label }: InputProps<Moment>) {
  return (
    <Single path={path} label={label}>
      <input
        {...useControl(path, label)}
        type="date"
        max={LAST.date}
        className="control"
        value={typeof draft === "string" ? draft : ""}
        onChange={(event) => onChange(event.target.value)}
      />
    </Single>
  );
}

function ZonedInput({ kind, draft, onChange, path, label }: InputProps<Moment>) {
  const { id, ...control } = useControl(path, label);
  const start = { local: "", zone: kind.is === "datetime" ? "local" : "" };
  const moment = typeof draft === "object" && "local" in draft ? draft : start;
  const zones = [
    ["local", `Your zone (${offsetAt(moment.local)})`],
    ["Z", "UTC"],
    ["", "No zone"],
  ];
  if (!zones.some(([zone]) => zone === moment.zone)) zones.push([moment.zone, moment.zone]);
  return (
    <Group path={path} label={label}>
      <div className="flex flex-wrap gap-2">
        <input
          {...control}
          aria-label={label.title}
          type={TYPES[kind.is]}
          step="1"
          max={LAST[kind.is]}
          className="control w-auto grow basis-52"
          value={moment.local}
          onChange={(event) => onChange({ ...moment, local: event.target.value })}
        />
        <select
          aria-label={`Time zone of ${label.title}`}
          disabled={control.disabled}
          className="control w-auto grow"
          value={moment.zone}
          onChange={(event) => onChange({ ...moment, zone: event.target.value })}
        >
          {zones.map(([zone, name]) => (
            <option key={zone} value={zone}>
              {name}
            </option>
          ))}
        </select>
      </div>
    </Group>
  );
}
