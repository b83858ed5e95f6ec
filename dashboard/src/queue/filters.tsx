import { useEffect, useEffectEvent, useRef, useState } from "react";
import type { Tab } from "../api/queries";
import { useKeys } from "../app/keys";

const TABS: readonly (readonly [Tab, string])[] = [
  ["open", "Open"],
  ["mine", "Mine"],
  ["unassigned", "Unassigned"],
  ["done", "Done"],
];
const TYPING_MS = 200;

type Props = {
  tab: Tab;
  q: string;
  count: string;
  onChange: (part: { tab?: Tab; q?: string }) => void;
};

/** Which tasks to see. */
export function Filters({ tab, q, count, onChange }: Props) {
  return (
    <div className="space-y-3 border-b border-line px-4 pt-4 lg:pt-5">
      <div className="flex items-baseline gap-2">
        <h1>Queue</h1>
        <output aria-label="Tasks" className="text-muted tabular-nums">
          {count}
        </output>
      </div>
      <Search q={q} onSearch={(text) => text !== q && onChange({ q: text })} />
      <fieldset className="-mb-px flex gap-4">
        <legend className="sr-only">Which tasks</legend>
        {TABS.map(([name, title]) => (
          <button
            key={name}
            type="button"
            aria-pressed={tab === name}
            className="min-h-8 border-b-2 border-transparent pb-1 text-muted aria-pressed:border-accent aria-pressed:font-medium aria-pressed:text-ink"
            onClick={() => onChange({ tab: name })}
          >
            {title}
          </button>
        ))}
      </fieldset>
    </div>
  );
}

function Search({ q, onSearch }: { q: string; onSearch: (text: string) => void }) {
  const [text, setText] = useState(q);
  const [known, setKnown] = useState(q);
  const field = useRef<HTMLInputElement>(null);
  const search = useEffectEvent(onSearch);
  useKeys({ "/": () => field.current?.focus() });
  if (known !== q) {
    setKnown(q);
    if (q !== text.trim()) setText(q);
  }
  useEffect(() => {
    const timer = setTimeout(() => search(text.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      ref={field}
      type="search"
      aria-label="Search tasks by title"
      placeholder="Search   /"
      maxLength={200}
      className="control"
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
