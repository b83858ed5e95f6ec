import { useSyncExternalStore } from "react";
import { fromNow, moment } from "./format";

// One clock for the whole page.
const TICK_MS = 15_000;
let now = Date.now();
let timer = 0;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    now = Date.now();
    timer = window.setInterval(tick, TICK_MS);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.clearInterval(timer);
  };
}

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

/** The time, to a quarter of a minute. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** A moment seen from now, with the moment itself as its title. */
export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={moment(at)}>
      {fromNow(at, useNow())}
    </time>
  );
}
