import { Link, type LinkProps, useNavigate } from "@tanstack/react-router";
import { signOut, useIsOperator, useMe } from "./session";

export type Destination = { to: NonNullable<LinkProps["to"]>; name: string; operators?: true };

export const DESTINATIONS: readonly Destination[] = [
  { to: "/", name: "Queue" },
  { to: "/audit", name: "Audit" },
  { to: "/analytics", name: "Analytics", operators: true },
  { to: "/deliveries", name: "Deliveries", operators: true },
  { to: "/people", name: "People", operators: true },
  { to: "/email", name: "Email", operators: true },
  { to: "/slack", name: "Slack", operators: true },
  { to: "/keys", name: "API keys", operators: true },
  { to: "/status", name: "System status", operators: true },
  { to: "/settings", name: "Settings" },
];

export function useDestinations(): readonly Destination[] {
  const operator = useIsOperator();
  return DESTINATIONS.filter((destination) => operator || !destination.operators);
}

/** Where to go, and who is here. */
export function Navigation({ onGo }: { onGo?: () => void }) {
  return (
    <>
      <nav aria-label="Main" className="flex-1">
        <ul className="space-y-0.5">
          {useDestinations().map(({ to, name }) => (
            <li key={to}>
              <Link
                to={to}
                {...(onGo && { onClick: onGo })}
                activeOptions={{ exact: true, includeSearch: false }}
                className="block rounded-md px-3 py-1.5 text-muted hover:bg-sunken hover:text-ink"
                activeProps={{ className: "bg-sunken font-medium !text-ink" }}
              >
                {name}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <Person />
    </>
  );
}

function Person() {
  const me = useMe();
  const navigate = useNavigate();
  const leave = () => signOut(() => navigate({ to: "/login" }));
  return (
    <div className="space-y-1 border-t border-line pt-3">
      <p className="truncate px-3 text-sm" title={me.email ?? ""}>
        {me.display_name ?? me.email}
        <span className="block text-muted">{me.kind === "operator" ? "Operator" : "Reviewer"}</span>
      </p>
      <button type="button" className="button button-quiet" onClick={() => void leave()}>
        Sign out
      </button>
    </div>
  );
}
