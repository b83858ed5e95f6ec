import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { Copy } from "../ui/copy";
import { Empty, Failure, Notice, Waiting } from "../ui/notice";
import { OperatorsOnly } from "../ui/operators";
import { Page } from "../ui/page";
import { Badge } from "../ui/status";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { arrival } from "./arriving";
import { ForgetDialog } from "./forget";
import { Members } from "./members";
import { type Workspace, workspacesQuery } from "./queries";
import { Try } from "./try";

type Setup = Schemas["SlackInstallationList"];

/** How this server talks to Slack, and the workspaces it is in. */
export function SlackPage() {
  const { team } = useSearch({ from: "/signed-in/slack" });
  return (
    <Page title="Slack">
      <OperatorsOnly>{team ? <Members key={team} team={team} /> : <Parts />}</OperatorsOnly>
    </Page>
  );
}

function Parts() {
  const came = useSearch({ from: "/signed-in/slack" });
  const { data, error, refetch } = useQuery(workspacesQuery);
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting />;
  const said = arrival(came, data.items);
  return (
    <>
      {said && (
        <div role={said.added ? "status" : "alert"}>
          <Notice tone={said.added ? "good" : "bad"}>{said.text}</Notice>
        </div>
      )}
      <Notice tone={data.configured ? "plain" : "warn"}>
        <p className="whitespace-pre-line first-letter:uppercase">{data.detail}</p>
      </Notice>
      <Workspaces setup={data} />
      <Ways setup={data} />
      {data.items.length > 0 && <Try />}
    </>
  );
}

function Workspaces({ setup }: { setup: Setup }) {
  const [forgetting, setForgetting] = useState<Workspace>();
  return (
    <div className="space-y-3">
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-3">
        <h2>Workspaces</h2>
        {setup.oauth_available && (
          <a href="/api/channels/slack/oauth/start" className="button button-primary">
            Add to Slack
          </a>
        )}
      </div>
      {setup.items.length === 0 ? (
        <Empty title="The app is in no workspace yet">
          {setup.oauth_available && <p>Somebody who may install apps there adds it.</p>}
        </Empty>
      ) : (
        <Table label="Workspaces" columns={["Workspace", "Token", "Added by", "Since", ""]}>
          {setup.items.map((workspace) => (
            <Row
              key={workspace.team_id}
              workspace={workspace}
              onForget={() => setForgetting(workspace)}
            />
          ))}
        </Table>
      )}
      {forgetting && (
        <ForgetDialog workspace={forgetting} onClose={() => setForgetting(undefined)} />
      )}
    </div>
  );
}

function Row({ workspace, onForget }: { workspace: Workspace; onForget: () => void }) {
  const { team_id, team_name, source, installed_by_email, created_at } = workspace;
  return (
    <tr>
      <td className="min-w-40">
        <span className="font-medium wrap-anywhere">{team_name}</span>
        <code className="block text-sm text-muted">{team_id}</code>
      </td>
      <td>{source === "environment" ? "From the environment" : "Installed"}</td>
      <td className="wrap-anywhere">{installed_by_email}</td>
      <td className="whitespace-nowrap">{created_at && <Time at={created_at} />}</td>
      <td className="whitespace-nowrap md:text-right">
        <Link to="/slack" search={{ team: team_id }} className="button button-quiet px-2">
          Members<span className="sr-only"> of {team_name}</span>
        </Link>
        {source === "oauth" && (
          <button type="button" className="button button-quiet px-2" onClick={onForget}>
            Forget<span className="sr-only"> {team_name}</span>
          </button>
        )}
      </td>
    </tr>
  );
}

const SOCKET: { [state in Setup["socket_mode"]]: readonly [string, string] } = {
  off: ["Off", ""],
  connecting: ["Connecting…", "bg-warn-soft text-warn"],
  connected: ["Connected", "bg-good-soft text-good"],
};

/** How Slack reaches this server: by Socket Mode, or at these addresses. */
function Ways({ setup }: { setup: Setup }) {
  const [state, tone] = SOCKET[setup.socket_mode];
  const addresses = [
    ["Interactivity", setup.interactions_url],
    ["Event subscriptions", setup.events_url],
  ] as const;
  return (
    <section aria-labelledby="ways" className="space-y-3">
      <h2 id="ways">How Slack reaches this server</h2>
      <p className="text-muted">
        By Socket Mode, or at the request URLs that the app's settings at Slack ask for.
      </p>
      <dl className="card divide-y divide-line">
        <div className="flex flex-wrap items-center gap-x-4 px-4 py-2.5">
          <dt className="w-40 text-muted">Socket Mode</dt>
          <dd>
            <Badge className={tone}>{state}</Badge>
          </dd>
        </div>
        {addresses.map(([name, url]) => (
          <div key={name} className="flex flex-wrap items-center gap-x-4 px-4 py-2.5">
            <dt className="w-40 text-muted">{name}</dt>
            <dd className="flex min-w-0 flex-1 basis-64 items-center justify-between gap-2">
              <code className="min-w-0 text-sm wrap-anywhere">{url}</code>
              <Copy text={url} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
