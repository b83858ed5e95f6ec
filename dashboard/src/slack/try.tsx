import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { answered, client } from "../api/client";
import { Line } from "../ui/input";
import { Failure } from "../ui/notice";
import { placed, useFocusOnRefusal } from "../ui/placed";
import { Tried } from "../ui/tried";

const NAMES = ["target"] as const;

/** Posts a message to see whether it arrives. */
export function Try() {
  const [target, setTarget] = useState("");
  const form = useRef<HTMLFormElement>(null);
  const trying = useMutation({
    mutationFn: () =>
      answered(client.POST("/api/channels/slack/test", { body: { target: target.trim() } })),
  });
  const { beside, above } = placed(trying.error, NAMES);
  useFocusOnRefusal(form, trying.error);
  return (
    <section aria-labelledby="try" className="max-w-xl space-y-3">
      <h2 id="try">Post a test message</h2>
      <form
        ref={form}
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          trying.mutate();
        }}
      >
        <div className="min-w-0 flex-1 basis-56">
          <Line
            label="To"
            hint="As in notify: slack:#approvals, slack:@ann, slack:ann@example.com"
            required
            autoComplete="off"
            placeholder="slack:#approvals"
            value={target}
            error={beside.target}
            onText={setTarget}
          />
        </div>
        <button type="submit" className="button min-h-9" disabled={trying.isPending}>
          {trying.isPending ? "Posting…" : "Post"}
        </button>
      </form>
      {above && <Failure error={above} />}
      {trying.data && !trying.isPending && <Tried result={trying.data} who="Slack" />}
    </section>
  );
}
