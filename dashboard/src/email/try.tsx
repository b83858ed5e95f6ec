import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { answered, client, type Schemas } from "../api/client";
import { useMe } from "../app/session";
import { Line } from "../ui/input";
import { Failure } from "../ui/notice";
import { placed, useFocusOnRefusal } from "../ui/placed";
import { Select } from "../ui/select";
import { Tried } from "../ui/tried";

const NAMES = ["to"] as const;

/** Sends a mail to see whether it gets out. */
export function Try({ senders }: { senders: Schemas["EmailIdentityList"] }) {
  const me = useMe();
  const [to, setTo] = useState(me.email ?? "");
  const [identity, setIdentity] = useState("");
  const form = useRef<HTMLFormElement>(null);
  const trying = useMutation({
    mutationFn: () =>
      answered(
        client.POST("/api/channels/email/test", {
          body: { to: to.trim(), identity: chosen || null },
        }),
      ),
  });
  const names = senders.items.map(({ name }) => [name, name] as const);
  const options = senders.default_sender ? [["", "The default"] as const, ...names] : names;
  // The one that was chosen may have been removed since.
  const chosen = options.some(([name]) => name === identity) ? identity : (options[0]?.[0] ?? "");
  const { beside, above } = placed(trying.error, NAMES);
  useFocusOnRefusal(form, trying.error);
  return (
    <section aria-labelledby="try" className="max-w-xl space-y-3">
      <h2 id="try">Send a test mail</h2>
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
            type="email"
            required
            autoComplete="email"
            value={to}
            error={beside.to}
            onText={setTo}
          />
        </div>
        <Select label="Sender" value={chosen} options={options} onChange={setIdentity} />
        <button type="submit" className="button min-h-9" disabled={trying.isPending}>
          {trying.isPending ? "Sending…" : "Send"}
        </button>
      </form>
      {above && <Failure error={above} />}
      {trying.data && !trying.isPending && <Tried result={trying.data} who="The mail server" />}
    </section>
  );
}
