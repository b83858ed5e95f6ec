import type { ReactNode } from "react";
import { ApiError } from "../api/error";

const TONES = {
  plain: "border-line bg-sunken text-ink",
  good: "border-good/30 bg-good-soft text-good",
  warn: "border-warn/30 bg-warn-soft text-warn",
  bad: "border-bad/30 bg-bad-soft text-bad",
};
export type Tone = keyof typeof TONES;

/** A sentence that the reader should see before going on. */
export function Notice({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <div className={`rounded-md border px-3 py-2 text-base wrap-anywhere ${TONES[tone]}`}>
      {children}
    </div>
  );
}

/** Says that something went wrong, to screen readers at once. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div role="alert">
      <Notice tone="bad">
        <p>{error instanceof Error ? error.message : "Something went wrong."}</p>
        {error instanceof ApiError && error.errors.length > 0 && (
          <ul className="mt-1 list-disc pl-5">
            {error.errors.map(({ loc, msg }) => (
              <li key={loc.join(".")}>
                {loc.slice(1).join(" › ")} {msg}
              </li>
            ))}
          </ul>
        )}
        {onRetry && (
          <button type="button" className="button mt-2" onClick={onRetry}>
            Try again
          </button>
        )}
      </Notice>
    </div>
  );
}

type EmptyProps = { title: string; heading?: "h1" | "h2"; children?: ReactNode };

/** What a page says when there is nothing to show. */
export function Empty({ title, heading: Heading = "h2", children }: EmptyProps) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-2 px-4 py-12 text-center">
      <Heading>{title}</Heading>
      <div className="w-full min-w-0 space-y-3 text-muted">{children}</div>
    </div>
  );
}

/** Keeps the place of what is being fetched; seen only if that takes longer than a glance. */
export function Waiting({ rows = 3 }: { rows?: number }) {
  return (
    <div role="status" className="appear-late space-y-3 p-4">
      <span className="sr-only">Loading…</span>
      {Array.from({ length: rows }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same.
        <div key={at} className="h-10 rounded-md bg-sunken" />
      ))}
    </div>
  );
}
