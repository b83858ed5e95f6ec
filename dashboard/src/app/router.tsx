import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { meQuery, queryClient, setupQuery, type Tab } from "../api/queries";
import { Queue } from "../queue/page";
import { Failure } from "../ui/notice";
import { NotFound } from "./not-found";
import { Shell } from "./shell";
import { wasVisit } from "./visit";

const TABS: readonly string[] = ["open", "mine", "unassigned", "done"];

export type QueueSearch = { tab?: Tab; q?: string; id?: string };
type Search = { [name: string]: string };

/** Keeps the named parts of the address, as far as they say something. */
function only<Name extends string>(...names: Name[]) {
  return (search: Search): { [name in Name]?: string } =>
    Object.fromEntries(
      names.filter((name) => search[name]).map((name) => [name, search[name]]),
    ) as {
      [name in Name]?: string;
    };
}

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: ({ error, reset }) => (
    <main className="mx-auto max-w-md p-6">
      <h1 className="mb-3">This did not work</h1>
      <Failure error={error} onRetry={reset} />
    </main>
  ),
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  component: Shell,
  beforeLoad: async ({ location }) => {
    // A visitor whose link is over is told so, and is not sent to a sign-in they have no use for.
    if ((await queryClient.ensureQueryData(meQuery)) || wasVisit()) return;
    const { setup_required: setup } = await queryClient.fetchQuery(setupQuery);
    if (setup) throw redirect({ to: "/setup" });
    throw redirect({ to: "/login", search: { next: location.href } });
  },
});

const page = { getParentRoute: () => signedIn };
const outside = { getParentRoute: () => root };

const routeTree = root.addChildren([
  signedIn.addChildren([
    createRoute({
      ...page,
      path: "/",
      component: Queue,
      validateSearch: (search: Search): QueueSearch => {
        const { tab, ...rest } = only("tab", "q", "id")(search);
        return { ...rest, ...(tab && TABS.includes(tab) ? { tab: tab as Tab } : {}) };
      },
    }),
    createRoute({
      ...page,
      path: "/task",
      component: lazyRouteComponent(() => import("../task/page"), "TaskPage"),
      validateSearch: only("id"),
    }),
    createRoute({
      ...page,
      path: "/audit",
      component: lazyRouteComponent(() => import("../audit/page"), "Audit"),
      validateSearch: only("task", "q"),
    }),
    createRoute({
      ...page,
      path: "/people",
      component: lazyRouteComponent(() => import("../people/page"), "People"),
    }),
    createRoute({
      ...page,
      path: "/email",
      component: lazyRouteComponent(() => import("../email/page"), "EmailPage"),
    }),
    createRoute({
      ...page,
      path: "/slack",
      component: lazyRouteComponent(() => import("../slack/page"), "SlackPage"),
      validateSearch: only("team", "installed", "error"),
    }),
    createRoute({
      ...page,
      path: "/keys",
      component: lazyRouteComponent(() => import("../keys/page"), "Keys"),
    }),
    createRoute({
      ...page,
      path: "/deliveries",
      component: lazyRouteComponent(() => import("../deliveries/page"), "Deliveries"),
      validateSearch: only("id", "kind", "status", "task"),
    }),
    createRoute({
      ...page,
      path: "/analytics",
      component: lazyRouteComponent(() => import("../analytics/page"), "Analytics"),
      validateSearch: only("days"),
    }),
    createRoute({
      ...page,
      path: "/status",
      component: lazyRouteComponent(() => import("../status/page"), "SystemStatus"),
    }),
    createRoute({
      ...page,
      path: "/settings",
      component: lazyRouteComponent(() => import("../settings/page"), "Settings"),
    }),
  ]),
  createRoute({
    ...outside,
    path: "/login",
    component: lazyRouteComponent(() => import("../login/page"), "Login"),
    validateSearch: only("next"),
  }),
  createRoute({
    ...outside,
    path: "/setup",
    component: lazyRouteComponent(() => import("../setup/page"), "Setup"),
    validateSearch: only("token"),
  }),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  // Addresses are written by other parts of the product too: plain names and values.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const text = new URLSearchParams(search as Search).toString();
    return text && `?${text}`;
  },
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
