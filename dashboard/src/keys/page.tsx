import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { answered, client, type Schemas } from "../api/client";
import { keysQuery, queryClient } from "../api/queries";
import { useIsOperator } from "../app/session";
import { Copy } from "../ui/copy";
import { Buttons, Dialog } from "../ui/dialog";
import { Check, Line } from "../ui/input";
import { Empty, Failure, Notice, Waiting } from "../ui/notice";
import { OperatorsOnly } from "../ui/operators";
import { Page } from "../ui/page";
import { Table } from "../ui/table";
import { Time } from "../ui/time";

type Key = Schemas["ApiKey"];
type Scope = Schemas["ApiKeyScope"];

const SCOPES: readonly (readonly [Scope, string])[] = [
  ["tasks:create", "Create tasks"],
  ["tasks:read", "Read tasks and wait for them"],
  ["tasks:cancel", "Cancel tasks"],
  ["tasks:complete", "Answer tasks, as automation"],
  ["admin", "Everything an operator may, but for answering"],
];
const USUAL: readonly Scope[] = ["tasks:create", "tasks:read", "tasks:cancel"];
const DAY = 86_400;

export function Keys() {
  const [making, setMaking] = useState(false);
  const make = (
    <button type="button" className="button button-primary" onClick={() => setMaking(true)}>
      Make a key
    </button>
  );
  return (
    <Page title="API keys" aside={useIsOperator() && make}>
      <OperatorsOnly>
        <List />
      </OperatorsOnly>
      {making && <MakeDialog onClose={() => setMaking(false)} />}
    </Page>
  );
}

function List() {
  const { data, error, refetch } = useQuery(keysQuery);
  const [revoking, setRevoking] = useState<Key>();
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting />;
  if (data.items.length === 0) {
    return (
      <Empty title="There are no keys yet">
        <p>Each agent or service gets one of its own, with no more rights than it needs.</p>
      </Empty>
    );
  }
  return (
    <>
      <Table label="API keys" columns={["Name", "Key", "May", "Made", "Last used", "Expires", ""]}>
        {data.items.map((key) => (
          <tr key={key.id}>
            <td className="min-w-32 font-medium wrap-anywhere">{key.name}</td>
            <td>
              <code className="text-sm">{key.hint}…</code>
            </td>
            <td className="text-sm text-muted">{key.scopes.join(", ")}</td>
            <td className="whitespace-nowrap">
              <Time at={key.created_at} />
            </td>
            <td className="whitespace-nowrap">
              {key.last_used_at ? <Time at={key.last_used_at} /> : "never"}
            </td>
            <td className="whitespace-nowrap">
              {key.expires_at ? <Time at={key.expires_at} /> : "never"}
            </td>
            <td>
              <button
                type="button"
                className="button button-danger"
                onClick={() => setRevoking(key)}
              >
                Revoke<span className="sr-only"> {key.name}</span>
              </button>
            </td>
          </tr>
        ))}
      </Table>
      {revoking && <RevokeDialog apiKey={revoking} onClose={() => setRevoking(undefined)} />}
    </>
  );
}

function MakeDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<ReadonlySet<Scope>>(new Set(USUAL));
  const [days, setDays] = useState("");
  const making = useMutation({
    mutationFn: () =>
      answered(
        client.POST("/api/admin/keys", {
          body: {
            name: name.trim(),
            scopes: [...scopes],
            expires_in_seconds: days ? Number(days) * DAY : null,
          },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keysQuery.queryKey }),
  });
  const toggle = (scope: Scope) => {
    const now = new Set(scopes);
    if (!now.delete(scope)) now.add(scope);
    setScopes(now);
  };
  if (making.data) return <ShownOnce value={making.data.key} onClose={onClose} />;
  return (
    <Dialog title="Make an API key" onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          making.mutate();
        }}
      >
        {making.error && <Failure error={making.error} />}
        <Line
          label="Name"
          hint="Whose key it is; the history of tasks shows it."
          required
          data-autofocus
          maxLength={100}
          value={name}
          onText={setName}
        />
        <fieldset className="space-y-1">
          <legend className="mb-1 font-medium">What it may do</legend>
          {SCOPES.map(([scope, title]) => (
            <Check
              key={scope}
              label={title}
              checked={scopes.has(scope)}
              onCheck={() => toggle(scope)}
            />
          ))}
        </fieldset>
        <Line
          label="Expires after days"
          type="number"
          min={1}
          max={3650}
          value={days}
          onText={setDays}
        />
        <Buttons onClose={onClose} pending={making.isPending || scopes.size === 0} does="Make it" />
      </form>
    </Dialog>
  );
}

function ShownOnce({ value, onClose }: { value: string; onClose: () => void }) {
  return (
    <Dialog title="The new key" onClose={onClose}>
      <div className="space-y-4">
        <Notice tone="warn">Copy it now. It is not kept, and is never shown again.</Notice>
        <div className="flex items-center gap-2 rounded-md bg-sunken p-2">
          <code className="min-w-0 flex-1 text-sm wrap-anywhere">{value}</code>
          <Copy text={value} />
        </div>
        <button
          type="button"
          data-autofocus
          className="button button-primary w-full"
          onClick={onClose}
        >
          I have it
        </button>
      </div>
    </Dialog>
  );
}

function RevokeDialog({ apiKey, onClose }: { apiKey: Key; onClose: () => void }) {
  const revoking = useMutation({
    mutationFn: () =>
      answered(
        client.DELETE("/api/admin/keys/{key_id}", { params: { path: { key_id: apiKey.id } } }),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: keysQuery.queryKey });
      onClose();
    },
  });
  return (
    <Dialog title={`Revoke the key of ${apiKey.name}?`} onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          revoking.mutate();
        }}
      >
        {revoking.error && <Failure error={revoking.error} />}
        <p>Whatever uses it is refused from its next request on. This can't be undone.</p>
        <Buttons onClose={onClose} pending={revoking.isPending} does="Revoke" no="Keep" danger />
      </form>
    </Dialog>
  );
}
