import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useConnected, useEvents } from "../api/events";
import { meQuery } from "../api/queries";
import { useVerdicts } from "../task/awaited";
import { Dialog } from "../ui/dialog";
import { Announcements } from "./announce";
import { useKeys } from "./keys";
import { Navigation } from "./nav";
import { change, shownTheme } from "./settings";
import { noteVisit, wasVisit } from "./visit";

const Palette = lazy(() => import("./palette"));
const Help = lazy(() => import("./help"));

const Visit = lazy(() => import("../visit/page"));

type Overlay = "menu" | "palette" | "help";

/** The pages of somebody who is signed in; of whoever came by a link, the one task. */
export function Shell() {
  const { data: me } = useQuery(meQuery);
  useEffect(() => {
    if (me) noteVisit(me.kind === "link");
  }, [me]);
  const isVisit = me ? me.kind === "link" : wasVisit();
  if (!isVisit) return <House />;
  return (
    <Suspense>
      <Visit />
    </Suspense>
  );
}

function House() {
  const [overlay, setOverlay] = useState<Overlay>();
  const close = () => setOverlay(undefined);
  useEvents();
  useVerdicts();
  useStaySignedIn();
  useFocusOnNewPage();
  useGlobalKeys(setOverlay);
  return (
    <div className="lg:grid lg:grid-cols-[13rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="button absolute top-2 left-2 z-30 -translate-y-16 focus:translate-y-0"
      >
        Skip to the content
      </a>
      <header className="sticky top-0 z-10 flex h-12 items-center justify-between border-b border-line bg-surface px-4 lg:hidden">
        <Brand />
        <button type="button" className="button button-quiet" onClick={() => setOverlay("menu")}>
          Menu
        </button>
      </header>
      <header className="sticky top-0 hidden h-dvh flex-col gap-5 border-r border-line bg-surface p-3 lg:flex">
        <div className="px-3 pt-2">
          <Brand />
        </div>
        <Navigation />
      </header>
      <main id="main" tabIndex={-1} className="min-w-0 outline-none">
        <Outlet />
      </main>
      <Connection />
      <Announcements />
      {overlay === "menu" && (
        <Dialog title="Menu" onClose={close}>
          <div className="flex flex-col gap-4">
            <Navigation onGo={close} />
          </div>
        </Dialog>
      )}
      <Suspense>
        {overlay === "palette" && <Palette onClose={close} />}
        {overlay === "help" && <Help onClose={close} />}
      </Suspense>
    </div>
  );
}

function Brand() {
  return (
    <Link to="/" className="flex min-h-8 items-center gap-2 font-semibold">
      <img src="/favicon.svg" alt="" width="20" height="20" />
      awaithumans
    </Link>
  );
}

/** Says that changes do not come in, where there is room: in the bar, or above the person. */
function Connection() {
  const connected = useConnected();
  return (
    <div
      role="status"
      className="fixed top-2.5 left-1/2 z-20 -translate-x-1/2 lg:top-auto lg:bottom-28 lg:left-3 lg:translate-x-0"
    >
      {!connected && (
        <span className="inline-block rounded-full border border-warn/30 bg-warn-soft px-3 py-1 text-sm text-warn">
          Reconnecting…
        </span>
      )}
    </div>
  );
}

/** Goes to the sign-in when the session has ended, and back afterwards. */
function useStaySignedIn(): void {
  const { data: me } = useQuery(meQuery);
  const router = useRouter();
  useEffect(() => {
    // Asked for now, not followed: the way to the sign-in is no place to come back to.
    const next = router.state.location.href;
    if (me === null) void router.navigate({ to: "/login", search: { next } });
  }, [me, router]);
}

/** A new page begins at its heading, for whoever does not see that it is new. */
function useFocusOnNewPage(): void {
  const path = useLocation({ select: (location) => location.pathname });
  const known = useRef(path);
  useEffect(() => {
    if (known.current === path) return;
    known.current = path;
    document.getElementById("main")?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [path]);
}

function useGlobalKeys(show: (overlay: Overlay) => void): void {
  const navigate = useNavigate();
  useKeys({
    "mod+k": () => show("palette"),
    "?": () => show("help"),
    "g q": () => void navigate({ to: "/" }),
    "g a": () => void navigate({ to: "/audit" }),
    t: () => change({ theme: shownTheme() === "dark" ? "light" : "dark" }),
  });
}
