/** What changes elsewhere, as it changes: the server's event stream. */
import { useEffect, useSyncExternalStore } from "react";
import type { Schemas } from "./client";
import { queryClient } from "./queries";

// Changes that come together are fetched together.
const TOGETHER_MS = 150;
const SHORTEST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

let connected = true;
const listeners = new Set<() => void>();

function setConnected(now: boolean): void {
  if (connected === now) return;
  connected = now;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether changes come in as they happen. */
export function useConnected(): boolean {
  return useSyncExternalStore(subscribe, () => connected);
}

const hearers = new Set<(event: Schemas["TaskEvent"]) => void>();

/** Has `hear` be told of each change of a task; returns how to stop that. */
export function onTaskEvent(hear: (event: Schemas["TaskEvent"]) => void): () => void {
  hearers.add(hear);
  return () => void hearers.delete(hear);
}

/** Keeps what is shown up to date for as long as the component is there. */
export function useEvents(): void {
  useEffect(() => {
    const stream = new Stream();
    return () => stream.close();
  }, []);
}

class Stream {
  private source: EventSource | undefined;
  private pause = SHORTEST_PAUSE_MS;
  private timer: number | undefined;
  private fetching: number | undefined;
  private wasOpen = false;
  private readonly changed = new Set<string>();

  constructor() {
    this.open();
  }

  close(): void {
    this.source?.close();
    window.clearTimeout(this.timer);
    window.clearTimeout(this.fetching);
    setConnected(true);
  }

  private open(): void {
    this.source = new EventSource("/api/events");
    this.source.onopen = () => this.opened();
    this.source.onerror = () => this.failed();
    this.source.addEventListener("resync", refetchEverything);
    this.source.addEventListener("task", (event) => {
      const change = JSON.parse(event.data) as Schemas["TaskEvent"];
      this.note(change.task_id);
      for (const hear of hearers) hear(change);
    });
  }

  private opened(): void {
    this.pause = SHORTEST_PAUSE_MS;
    setConnected(true);
    if (this.wasOpen) refetchEverything();
    this.wasOpen = true;
  }

  /** The browser tries again by itself, unless the server refused; then we do. */
  private failed(): void {
    setConnected(false);
    this.wasOpen = true;
    if (this.source?.readyState !== EventSource.CLOSED) return;
    this.timer = window.setTimeout(() => this.open(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
    // A session that ended is a reason to be refused: the page goes to the sign-in.
    void queryClient.invalidateQueries({ queryKey: ["me"] });
  }

  private note(id: string): void {
    this.changed.add(id);
    this.fetching ??= window.setTimeout(() => this.fetch(), TOGETHER_MS);
  }

  private fetch(): void {
    this.fetching = undefined;
    for (const id of this.changed) {
      void queryClient.invalidateQueries({ queryKey: ["task", id] });
      void queryClient.invalidateQueries({ queryKey: ["audit", id] });
    }
    this.changed.clear();
    void queryClient.invalidateQueries({ queryKey: ["tasks"] });
    void queryClient.invalidateQueries({ queryKey: ["deliveries"] });
  }
}

function refetchEverything(): void {
  void queryClient.invalidateQueries();
}
