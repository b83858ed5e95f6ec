import type { ReactNode } from "react";

/** The key that does something, for whoever sees it; keyboards that are on a screen have none. */
export function Key({ children }: { children: ReactNode }) {
  return (
    <span aria-hidden="true" className="key max-md:hidden">
      {children}
    </span>
  );
}
