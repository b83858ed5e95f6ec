import { useInfiniteQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { peopleQuery } from "../api/queries";
import { Buttons, Dialog } from "../ui/dialog";
import { Failure } from "../ui/notice";
import { commands, useBulk } from "./commands";

type Props = { ids: readonly string[]; onClose: () => void };

const WAYS = [
  { by: "email", name: "A person, by email address" },
  { by: "pool", name: "Somebody of a pool" },
  { by: "role", name: "Somebody with a role" },
] as const;

/** Asks whom to give tasks to. */
export function AssignDialog({ ids, onClose }: Props) {
  const [by, setBy] = useState<(typeof WAYS)[number]["by"]>("email");
  const [to, setTo] = useState("");
  const id = useId();
  const assigning = useBulk("reassigned", onClose);
  const known = useKnown(by);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const work = (task: string) => commands.assign(task, { [by]: to.trim() });
    assigning.mutate({ ids, work });
  };
  return (
    <Dialog
      title={ids.length === 1 ? "Reassign" : `Reassign ${ids.length} tasks`}
      onClose={onClose}
    >
      <form className="space-y-4" onSubmit={submit}>
        {assigning.error && <Failure error={assigning.error} />}
        <label className="block space-y-1 font-medium">
          <span>To</span>
          <select
            className="control"
            value={by}
            onChange={(event) => {
              setBy(event.target.value as typeof by);
              setTo("");
            }}
          >
            {WAYS.map((way) => (
              <option key={way.by} value={way.by}>
                {way.name}
              </option>
            ))}
          </select>
        </label>
        <label className="block space-y-1 font-medium">
          <span>{by === "email" ? "Email address" : `Name of the ${by}`}</span>
          <input
            data-autofocus
            required
            type={by === "email" ? "email" : "text"}
            list={id}
            autoComplete="off"
            className="control"
            value={to}
            onChange={(event) => setTo(event.target.value)}
          />
          <datalist id={id}>
            {known.map((value) => (
              <option key={value} value={value} />
            ))}
          </datalist>
        </label>
        <Buttons onClose={onClose} pending={assigning.isPending} does="Reassign" />
      </form>
    </Dialog>
  );
}

function useKnown(by: "email" | "pool" | "role"): readonly string[] {
  const { data } = useInfiniteQuery(peopleQuery);
  const people = data?.pages.flatMap((page) => page.items) ?? [];
  const values = people.filter(({ active }) => active).map((person) => person[by]);
  return [...new Set(values.filter((value) => value !== null))].sort();
}

/** Asks whether tasks are really to be withdrawn. */
export function CancelDialog({ ids, onClose }: Props) {
  const [reason, setReason] = useState("");
  const cancelling = useBulk("cancelled", onClose);
  const what = ids.length === 1 ? "this task" : `these ${ids.length} tasks`;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    cancelling.mutate({ ids, work: (task) => commands.cancel(task, reason.trim()) });
  };
  return (
    <Dialog title={`Cancel ${what}?`} onClose={onClose}>
      <form className="space-y-4" onSubmit={submit}>
        {cancelling.error && <Failure error={cancelling.error} />}
        <p>The agent that waits is told that there will be no answer. This can't be undone.</p>
        <label className="block space-y-1 font-medium">
          <span>
            Reason <span className="font-normal text-muted">(optional)</span>
          </span>
          <textarea
            data-autofocus
            rows={2}
            maxLength={2000}
            className="control"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        <Buttons
          onClose={onClose}
          pending={cancelling.isPending}
          does={`Cancel ${what}`}
          no="Keep"
          danger
        />
      </form>
    </Dialog>
  );
}
