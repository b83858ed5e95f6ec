import type { ReactNode } from "react";

type Props = { label: string; className: string; children: ReactNode };

/** A place that scrolls by itself, so that the page does not; keys reach it. */
export function Scrolls({ label, className, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys.
    <section tabIndex={0} aria-label={label} className={`relative overflow-auto ${className}`}>
      {children}
    </section>
  );
}
