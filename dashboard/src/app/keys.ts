/** Keys: single letters for whoever wants them, and a few with Ctrl or ⌘ for everybody. */
import { useEffect, useEffectEvent } from "react";
import { settings } from "./settings";

/** "j", "Enter", "mod+Enter", "g q". */
export type Keys = { [key: string]: (event: KeyboardEvent) => void };

// The second key of a pair such as "g q" has to come this soon.
const PAIR_MS = 1_000;

const layers: Keys[] = [];
let first = { key: "", at: 0 };

/** Has `keys` do something while the component is there; the last to ask comes first. */
export function useKeys(keys: Keys): void {
  const run = useEffectEvent((key: string, event: KeyboardEvent) => keys[key]?.(event));
  const names = Object.keys(keys).join("\n");
  useEffect(() => {
    const layer = Object.fromEntries(
      names.split("\n").map((key) => [key, (event: KeyboardEvent) => run(key, event)]),
    );
    layers.push(layer);
    return () => void layers.splice(layers.indexOf(layer), 1);
  }, [names]);
}

export function listenToKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) {
      return;
    }
    const names = namesOf(event);
    const layer = layers.findLast((keys) => names.some((name) => name in keys));
    const name = names.find((known) => layer && known in layer);
    if (!layer || !name) return;
    event.preventDefault();
    layer[name]?.(event);
  });
}

/** Gives what a key press can mean, the most particular first. */
function namesOf(event: KeyboardEvent): string[] {
  const { key } = event;
  if (event.ctrlKey || event.metaKey) return [`mod+${key.length === 1 ? key.toLowerCase() : key}`];
  if (event.altKey) return [];
  if (key === "Escape") return [key];
  const target = event.target as HTMLElement;
  if (isTyping(target)) return [];
  if (key === "Enter") return target.closest("a, button, summary, input") ? [] : [key];
  if (!settings().singleKeys) return [];
  const pair = Date.now() - first.at < PAIR_MS ? `${first.key} ${key}` : "";
  first = { key, at: Date.now() };
  return [pair, key].filter(Boolean);
}

function isTyping(target: HTMLElement): boolean {
  if (target instanceof HTMLInputElement) return !["radio", "checkbox"].includes(target.type);
  return target.matches("textarea, select, [contenteditable]");
}

/** Leaves the field that is being typed in; says whether there was one. */
export function leftField(): boolean {
  const active = document.activeElement;
  const typing = active instanceof HTMLElement && isTyping(active);
  if (typing) active.blur();
  return typing;
}

/** How the key that is held with others is called here. */
export const MOD = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";
