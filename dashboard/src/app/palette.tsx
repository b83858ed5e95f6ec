import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useDeferredValue, useId, useState } from "react";
import { answered, client } from "../api/client";
import { Dialog } from "../ui/dialog";
import { useDestinations } from "./nav";
import { change, shownTheme } from "./settings";

type Entry = { key: string; name: string; about: string; run: () => void };

const MOST_TASKS = 8;

/** Finds a page, something to do, or a task. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const entries = useEntries(text.trim());
  const chosen = Math.min(at, entries.length - 1);
  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined && event.key !== "Enter") return;
    event.preventDefault();
    if (step === undefined) run(entries[chosen]);
    else setAt((chosen + step + entries.length) % Math.max(entries.length, 1));
  };
  return (
    <Dialog title="Find" onClose={onClose}>
      <input
        data-autofocus
        role="combobox"
        aria-label="Find a page or a task"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={entries[chosen] && `${id}-${chosen}`}
        autoComplete="off"
        className="control"
        placeholder="A page, or words of a task"
        value={text}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
      />
      <div role="listbox" id={id} aria-label="Found" className="mt-3 max-h-80 overflow-y-auto">
        {entries.map((entry, place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field hears the keys.
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus.
          <div
            key={entry.key}
            id={`${id}-${place}`}
            role="option"
            aria-selected={place === chosen}
            className="flex cursor-pointer items-baseline justify-between gap-4 rounded-md px-2 py-1.5 aria-selected:bg-accent-soft"
            onClick={() => run(entry)}
          >
            <span className="truncate">{entry.name}</span>
            <span className="shrink-0 text-sm text-muted">{entry.about}</span>
          </div>
        ))}
      </div>
      {entries.length === 0 && <p className="px-2 text-muted">Nothing is called that.</p>}
    </Dialog>
  );
}

function useEntries(text: string): Entry[] {
  const navigate = useNavigate();
  const q = useDeferredValue(text);
  const { data } = useQuery({
    queryKey: ["tasks", "palette", q],
    enabled: q !== "",
    placeholderData: (previous) => previous,
    queryFn: () =>
      answered(client.GET("/api/tasks", { params: { query: { q, limit: MOST_TASKS } } })),
  });
  const pages = useDestinations().map(({ to, name }) => ({
    key: to,
    name,
    about: "Page",
    run: () => void navigate({ to }),
  }));
  const theme = {
    key: "theme",
    name: "Light or dark",
    about: "Setting",
    run: () => change({ theme: shownTheme() === "dark" ? "light" : "dark" }),
  };
  const tasks = (q ? (data?.items ?? []) : []).map(({ id, task }) => ({
    key: id,
    name: task,
    about: "Task",
    run: () => void navigate({ to: "/task", search: { id } }),
  }));
  const wanted = text.toLowerCase();
  return [...[...pages, theme].filter(({ name }) => name.toLowerCase().includes(wanted)), ...tasks];
}
