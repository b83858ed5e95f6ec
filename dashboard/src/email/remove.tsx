import { useMutation } from "@tanstack/react-query";
import { answered, client } from "../api/client";
import { queryClient } from "../api/queries";
import { announce } from "../app/announce";
import { Buttons, Dialog } from "../ui/dialog";
import { Failure } from "../ui/notice";
import { type Sender, sendersQuery } from "./queries";

/** Asks whether a sender is really to be removed. */
export function RemoveDialog({ sender, onClose }: { sender: Sender; onClose: () => void }) {
  const removing = useMutation({
    mutationFn: () =>
      answered(
        client.DELETE("/api/channels/email/identities/{identity_id}", {
          params: { path: { identity_id: sender.id } },
        }),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: sendersQuery.queryKey });
      announce("The sender was removed.");
      onClose();
    },
  });
  return (
    <Dialog title={`Remove the sender ${sender.name}?`} onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          removing.mutate();
        }}
      >
        {removing.error && <Failure error={removing.error} />}
        <p>
          Mails that it still has to send fail, and say so. New tasks that name it are asked by
          nobody's mail.
        </p>
        <Buttons onClose={onClose} pending={removing.isPending} does="Remove" no="Keep" danger />
      </form>
    </Dialog>
  );
}
