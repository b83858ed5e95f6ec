import { type ReactNode, useEffect } from "react";

type Props = { title: string; aside?: ReactNode; children: ReactNode };

/** A page with a heading, and things to do beside it. */
export function Page({ title, aside, children }: Props) {
  useTitle(title);
  return (
    <div className="mx-auto w-full max-w-5xl space-y-5 px-4 py-5 md:px-8 md:py-8">
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-3">
        <h1 tabIndex={-1} className="outline-none">
          {title}
        </h1>
        {aside}
      </div>
      {children}
    </div>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · awaithumans`;
  }, [title]);
}
