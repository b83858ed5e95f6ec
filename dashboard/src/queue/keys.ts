import type { RefObject } from "react";
import type { TaskSummary } from "../api/client";
import { leftField, useKeys } from "../app/keys";
import { commands, useBulk } from "../task/commands";
import { mayClaim } from "../task/mine";

type ListKeys = {
  list: RefObject<HTMLUListElement | null>;
  id: string | undefined;
  rows: readonly TaskSummary[];
  onOpen: (id: string) => void;
  onCheck: (id: string) => void;
};

/** Moves through the rows: the focus is what moves, so nothing has to be drawn anew. */
export function useListKeys({ list, id, rows, onOpen, onCheck }: ListKeys): void {
  const { links, chosen, move, focus } = useFocus(list, id);
  const claiming = useBulk("claimed", () => undefined);
  const go = (step: number) => {
    const task = move(step);
    // While a task is open, moving through the rows moves through the tasks.
    if (id && task) onOpen(task);
  };
  const claim = () => {
    const task = rows.find((row) => row.id === chosen());
    if (task && mayClaim(task)) claiming.mutate({ ids: [task.id], work: commands.claim });
  };
  useKeys({
    j: () => go(1),
    k: () => go(-1),
    Enter: () => {
      const task = chosen() ?? links()[0]?.dataset.id;
      if (task && task !== id) onOpen(task);
    },
    x: () => {
      const task = chosen();
      if (task) onCheck(task);
    },
    // The task that is open hears this key itself.
    ...(id ? {} : { c: claim }),
    Escape: () => {
      if (leftField() || !id) return;
      onOpen("");
      requestAnimationFrame(() => focus(id));
    },
  });
}

/** Finds and moves the focus among the links of the rows; the open task `id` counts as focused. */
function useFocus(list: ListKeys["list"], id: string | undefined) {
  const links = () => [...(list.current?.querySelectorAll<HTMLElement>("a[data-id]") ?? [])];
  const chosen = () => {
    const row = document.activeElement?.closest("li");
    const link = list.current?.contains(row ?? null) && row?.querySelector<HTMLElement>("a");
    return (link || undefined)?.dataset.id ?? id;
  };
  const move = (step: number) => {
    const all = links();
    const here = chosen();
    const at = all.findIndex((link) => link.dataset.id === here);
    const link = all[Math.max(0, Math.min(at + step, all.length - 1))];
    link?.focus();
    link?.scrollIntoView({ block: "nearest" });
    return link?.dataset.id;
  };
  const focus = (task: string) => {
    const link = links().find((each) => each.dataset.id === task);
    link?.focus();
  };
  return { links, chosen, move, focus };
}
