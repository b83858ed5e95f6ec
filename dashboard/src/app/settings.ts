/** What a person has set for this browser. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";
export type Settings = { theme: Theme; singleKeys: boolean; moveOn: boolean };

// `public/theme.js` reads the same entry.
const KEY = "awaithumans.settings";
const INITIAL: Settings = { theme: "system", singleKeys: true, moveOn: true };

const listeners = new Set<() => void>();
let current = read();

function read(): Settings {
  try {
    return { ...INITIAL, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    return INITIAL;
  }
}

export function settings(): Settings {
  return current;
}

export function change(part: Partial<Settings>): void {
  current = { ...current, ...part };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Then they hold until the page is closed.
  }
  apply();
}

/** Follows what other tabs set. */
export function followSettings(): void {
  window.addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    current = read();
    apply();
  });
}

export function useSettings(): Settings {
  return useSyncExternalStore(subscribe, settings);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function apply(): void {
  const { dataset } = document.documentElement;
  if (current.theme === "system") delete dataset.theme;
  else dataset.theme = current.theme;
  for (const listener of listeners) listener();
}

/** The theme that is seen, whoever chose it. */
export function shownTheme(): "light" | "dark" {
  if (current.theme !== "system") return current.theme;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}
