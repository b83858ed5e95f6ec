import { useMutation } from "@tanstack/react-query";
import { answered, client } from "../api/client";
import { queryClient } from "../api/queries";
import { announce } from "../app/announce";
import { Buttons, Dialog } from "../ui/dialog";
import { Failure } from "../ui/notice";
import { type Workspace, workspacesQuery } from "./queries";

/** Asks whether a workspace's token is really to be forgotten. */
export function ForgetDialog({
  workspace,
  onClose,
}: {
  workspace: Workspace;
  onClose: () => void;
}) {
  const forgetting = useMutation({
    mutationFn: () =>
      answered(
        client.DELETE("/api/channels/slack/installations/{team_id}", {
          params: { path: { team_id: workspace.team_id } },
        }),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: workspacesQuery.queryKey });
      announce("The workspace was forgotten.");
      onClose();
    },
  });
  return (
    <Dialog title={`Forget ${workspace.team_name}?`} onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          forgetting.mutate();
        }}
      >
        {forgetting.error && <Failure error={forgetting.error} />}
        <p>
          Nobody is asked there any more. The app stays in the workspace until it is removed at
          Slack.
        </p>
        <Buttons onClose={onClose} pending={forgetting.isPending} does="Forget" no="Keep" danger />
      </form>
    </Dialog>
  );
}
