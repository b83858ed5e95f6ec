/** The address of the queue: which tasks, and which one is open. */
import type { QueueSearch } from "../app/router";

/** Leaves out what says nothing. */
export function tidy(search: QueueSearch): QueueSearch {
  const { tab, ...rest } = search;
  const said = Object.entries({ ...rest, tab: tab === "open" ? "" : tab });
  return Object.fromEntries(said.filter(([, value]) => value));
}

export function addressOf(search: QueueSearch): string {
  const text = new URLSearchParams(tidy(search) as { [name: string]: string }).toString();
  return text && `?${text}`;
}
