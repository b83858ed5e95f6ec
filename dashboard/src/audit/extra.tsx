import type { Json, JsonObject } from "../api/json";
import { Value } from "../payload/view";

/** What more an event says: nothing, or a few values to open. */
export function Extra({ data }: { data: { [name: string]: unknown } }) {
  const [only, ...more] = Object.entries(data as JsonObject);
  if (!only) return null;
  const [, value] = only;
  if (more.length === 0 && isShort(value)) return <Value value={value} />;
  return (
    <details>
      <summary className="min-h-6 text-muted">Details</summary>
      <Value value={data as JsonObject} />
    </details>
  );
}

function isShort(value: Json): boolean {
  return typeof value === "string" && value.length <= 200;
}
