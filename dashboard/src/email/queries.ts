import { queryOptions } from "@tanstack/react-query";
import { answered, client, type Schemas } from "../api/client";

export type Sender = Schemas["EmailIdentity"];

export const sendersQuery = queryOptions({
  queryKey: ["senders"],
  queryFn: () => answered(client.GET("/api/channels/email/identities")),
});
