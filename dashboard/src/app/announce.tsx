/** Says what was done: in a corner for a moment, and to screen readers. */
import { useSyncExternalStore } from "react";

const SHOWN_MS = 5_000;

let current = "";
let timer = 0;
const listeners = new Set<() => void>();

export function announce(text: string): void {
  window.clearTimeout(timer);
  show(text);
  timer = window.setTimeout(() => show(""), SHOWN_MS);
}

function show(text: string): void {
  current = text;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Announcements() {
  const text = useSyncExternalStore(subscribe, () => current);
  return (
    <output
      aria-live="polite"
      className="pointer-events-none fixed inset-x-4 bottom-20 z-20 flex justify-center lg:bottom-6"
    >
      {text && (
        <span className="max-w-md rounded-md bg-ink px-4 py-2 text-canvas shadow-lg">{text}</span>
      )}
    </output>
  );
}
