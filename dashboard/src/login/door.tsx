import type { ReactNode } from "react";

/** The page of somebody who is not signed in. */
export function Door({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <div className="card w-full max-w-sm space-y-5 p-6">
        <div className="space-y-3">
          <img src="/favicon.svg" alt="" width="32" height="32" />
          <h1>{title}</h1>
        </div>
        {children}
      </div>
    </main>
  );
}
