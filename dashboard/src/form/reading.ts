/** Files that are being read: an answer waits for them, or it would be sent without. */
import { useSyncExternalStore } from "react";

let count = 0;
const listeners = new Set<() => void>();

function add(step: number): void {
  count += step;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Has answers wait until `work` is over. */
export async function reading(work: () => Promise<void>): Promise<void> {
  add(1);
  await work().finally(() => add(-1));
}

export function isReading(): boolean {
  return count > 0;
}

export function useIsReading(): boolean {
  return useSyncExternalStore(subscribe, isReading);
}
