import type { ReactNode } from "react";

/** A few figures beside each other. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-2 gap-3 md:grid-cols-[repeat(auto-fit,minmax(13rem,1fr))]">
      {facts.map(([name, value]) => (
        <div key={name} className="card p-4">
          <dt className="text-sm text-muted">{name}</dt>
          <dd className="mt-1 text-lg font-semibold wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
