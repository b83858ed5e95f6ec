/** Who is signed in. */
import { useQuery } from "@tanstack/react-query";
import { answered, client, type Me } from "../api/client";
import { meQuery, queryClient } from "../api/queries";
import { dropDrafts } from "../form/storage";

const NOBODY: Me = {
  kind: "reviewer",
  user_id: null,
  email: null,
  display_name: null,
  scopes: [],
  task_id: null,
};

export function useMe(): Me {
  return useQuery(meQuery).data ?? NOBODY;
}

/** Whether somebody answers one task by a link, without an account. */
export function useIsVisitor(): boolean {
  return useMe().kind === "link";
}

export function useIsOperator(): boolean {
  return useMe().kind === "operator";
}

/** Ends the session, and forgets what this browser knew once `leave` has left its pages. */
export async function signOut(leave: () => Promise<void>): Promise<void> {
  await answered(client.POST("/api/auth/logout"));
  dropDrafts();
  await leave();
  queryClient.clear();
}
