import { useState } from "react";
import type { TaskSummary } from "../api/client";
import { isSettled } from "../api/statuses";
import { useIsOperator } from "../app/session";
import { commands, useBulk } from "../task/commands";
import { AssignDialog, CancelDialog } from "../task/dialogs";
import { mayClaim } from "../task/mine";

/** What to do with the tasks that are selected. */
export function BulkBar({ tasks, onDone }: { tasks: readonly TaskSummary[]; onDone: () => void }) {
  const operator = useIsOperator();
  const [dialog, setDialog] = useState<"assign" | "cancel">();
  const claiming = useBulk("claimed", onDone);
  const open = tasks.filter((task) => !isSettled(task)).map((task) => task.id);
  const claimable = tasks.filter(mayClaim).map((task) => task.id);
  const close = () => {
    setDialog(undefined);
    onDone();
  };
  return (
    <section
      aria-label="Selected tasks"
      className="sticky bottom-0 z-10 flex flex-wrap items-center gap-2 border-t border-line bg-surface px-4 py-2"
    >
      <p className="flex w-full items-center justify-between">
        <span aria-live="polite">{tasks.length} selected</span>
        <button type="button" className="button button-quiet -mr-2 px-2" onClick={onDone}>
          <span className="sr-only">Select nothing</span>
          <span aria-hidden="true">✕</span>
        </button>
      </p>
      <button
        type="button"
        className="button flex-1"
        disabled={claimable.length === 0 || claiming.isPending}
        onClick={() => claiming.mutate({ ids: claimable, work: commands.claim })}
      >
        Claim
      </button>
      {operator && (
        <>
          <button
            type="button"
            className="button flex-1"
            disabled={open.length === 0}
            onClick={() => setDialog("assign")}
          >
            Reassign
          </button>
          <button
            type="button"
            className="button button-danger flex-1"
            disabled={open.length === 0}
            onClick={() => setDialog("cancel")}
          >
            Cancel
          </button>
        </>
      )}
      {dialog === "assign" && <AssignDialog ids={open} onClose={close} />}
      {dialog === "cancel" && <CancelDialog ids={open} onClose={close} />}
    </section>
  );
}
