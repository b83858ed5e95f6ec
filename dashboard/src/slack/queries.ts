import { queryOptions } from "@tanstack/react-query";
import { answered, client, type Schemas } from "../api/client";

export type Workspace = Schemas["SlackInstallation"];
export type Member = Schemas["SlackMember"];

export const workspacesQuery = queryOptions({
  queryKey: ["slack"],
  queryFn: () => answered(client.GET("/api/channels/slack/installations")),
});

export function membersQuery(team: string) {
  return queryOptions({
    queryKey: ["slack", "members", team],
    queryFn: () =>
      answered(
        client.GET("/api/channels/slack/installations/{team_id}/members", {
          params: { path: { team_id: team } },
        }),
      ),
  });
}
