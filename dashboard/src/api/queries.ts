import {
  infiniteQueryOptions,
  MutationCache,
  QueryCache,
  QueryClient,
  queryOptions,
} from "@tanstack/react-query";
import { answered, client, type Me, type Schemas } from "./client";
import { ApiError } from "./error";
import { type JsonObject, parse } from "./json";

/** A task whose content keeps every digit. */
export type Task = Omit<
  Schemas["Task"],
  "payload" | "payload_schema" | "response_schema" | "initial_response" | "response"
> & {
  payload: JsonObject;
  payload_schema: JsonObject;
  response_schema: JsonObject;
  initial_response: JsonObject | null;
  response: JsonObject | null;
};

/** Which tasks the queue shows. */
export type Tab = "open" | "mine" | "unassigned" | "done";
export type Filter = { tab: Tab; q: string };

const MOST_TRIES = 3;

/** A refusal for want of a session means that there is none any more, whatever asked. */
function noticeEnd(error: unknown): void {
  const isOver = error instanceof ApiError && error.code === "UNAUTHORIZED";
  if (isOver) queryClient.setQueryData(meQuery.queryKey, null);
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeEnd }),
  mutationCache: new MutationCache({ onError: noticeEnd }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (tries, error) => error instanceof ApiError && error.passing && tries < MOST_TRIES,
    },
  },
});

export const meQuery = queryOptions({
  queryKey: ["me"],
  staleTime: 60_000,
  queryFn: async (): Promise<Me | null> => {
    const me = answered(client.GET("/api/auth/me"));
    return me.catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    });
  },
});

export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: () => answered(client.GET("/api/setup/status")),
});

const PARAMETERS = {
  open: { terminal: false },
  mine: { terminal: false, assigned_to: "me" },
  unassigned: { terminal: false, unassigned: true },
  done: { terminal: true },
} as const;
const FIRST_PAGE = 50;
const NEXT_PAGE = 200;

export function tasksQuery({ tab, q }: Filter) {
  return infiniteQueryOptions({
    queryKey: ["tasks", tab, q],
    initialPageParam: "",
    queryFn: ({ pageParam: cursor }) =>
      answered(
        client.GET("/api/tasks", {
          params: {
            query: {
              ...PARAMETERS[tab],
              ...(q ? { q } : {}),
              ...(cursor ? { cursor, limit: NEXT_PAGE } : { limit: FIRST_PAGE }),
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: (previous) => previous,
  });
}

export function taskQuery(id: string) {
  return queryOptions({
    queryKey: ["task", id],
    queryFn: async () => {
      const text = answered(
        client.GET("/api/tasks/{task_id}", {
          params: { path: { task_id: id } },
          parseAs: "text",
        }),
      );
      return taskOf(await text);
    },
  });
}

/** Reads a task from an answer that was taken as text, whatever its type says. */
export function taskOf(text: unknown): Task {
  return parse(text as string) as unknown as Task;
}

export function auditQuery(id: string) {
  return queryOptions({
    queryKey: ["audit", id],
    queryFn: () =>
      answered(client.GET("/api/tasks/{task_id}/audit", { params: { path: { task_id: id } } })),
  });
}

export const peopleQuery = infiniteQueryOptions({
  queryKey: ["people"],
  initialPageParam: "",
  queryFn: ({ pageParam: cursor }) =>
    answered(
      client.GET("/api/admin/users", {
        params: { query: { limit: NEXT_PAGE, ...(cursor ? { cursor } : {}) } },
      }),
    ),
  getNextPageParam: (page) => page.next_cursor,
});

export const keysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: () => answered(client.GET("/api/admin/keys")),
});

export const statusQuery = queryOptions({
  queryKey: ["status"],
  refetchInterval: 10_000,
  queryFn: () => answered(client.GET("/api/status")),
});

/** Which deliveries a list shows; what is left out does not restrict. */
export type DeliveryFilter = {
  kind?: Schemas["DeliveryKind"];
  status?: Schemas["DeliveryStatus"];
  task_id?: string;
};

export function deliveriesQuery(filter: DeliveryFilter) {
  return infiniteQueryOptions({
    queryKey: ["deliveries", filter],
    initialPageParam: "",
    queryFn: ({ pageParam: cursor }) =>
      answered(
        client.GET("/api/admin/webhook-deliveries", {
          params: {
            query: {
              limit: FIRST_PAGE,
              ...filter,
              ...(cursor ? { cursor } : {}),
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: (previous) => previous,
  });
}

/** A delivery whose body keeps every digit. */
export type Delivery = Omit<Schemas["WebhookDeliveryDetail"], "body"> & { body: JsonObject };

export function deliveryQuery(id: string) {
  return queryOptions({
    queryKey: ["deliveries", "one", id],
    queryFn: async () => {
      const text = answered(
        client.GET("/api/admin/webhook-deliveries/{delivery_id}", {
          params: { path: { delivery_id: id } },
          parseAs: "text",
        }),
      );
      return parse((await text) as unknown as string) as unknown as Delivery;
    },
  });
}

export function statsQuery(days: number) {
  return queryOptions({
    queryKey: ["stats", days],
    staleTime: 60_000,
    queryFn: () =>
      answered(client.GET("/api/stats/tasks", { params: { query: { window_days: days } } })),
    placeholderData: (previous) => previous,
  });
}
