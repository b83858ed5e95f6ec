import { Link } from "@tanstack/react-router";
import { useTitle } from "../ui/page";

export function NotFound() {
  useTitle("Not found");
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col items-center justify-center gap-3 p-6 text-center">
      <p className="text-muted">404</p>
      <h1>There is nothing at this address</h1>
      <p className="text-muted">It may be mistyped, or belong to another version.</p>
      <Link to="/" className="button button-primary mt-2">
        Go to the queue
      </Link>
    </main>
  );
}
