import { useMutation } from "@tanstack/react-query";
import { answered, client } from "../api/client";
import { queryClient, taskQuery } from "../api/queries";
import { announce } from "../app/announce";

/** Has a delivery of a task be sent again, at once and with all retries. */
export function useRedelivery(task: string) {
  return useMutation({
    mutationFn: (id: string) =>
      answered(
        client.POST("/api/admin/webhook-deliveries/{delivery_id}/redeliver", {
          params: { path: { delivery_id: id } },
        }),
      ),
    onSuccess: () => announce("It is sent again."),
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: ["deliveries"] }),
        queryClient.invalidateQueries({ queryKey: taskQuery(task).queryKey }),
      ]),
  });
}
