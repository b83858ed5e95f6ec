import type { Json, JsonObject } from "../api/json";
import { Value } from "../payload/view";

/** What more an event says: nothing, one value, or why and the rest to open. */
export function Extra({ data }: { data: { [name: string]: unknown } }) {
  const { reason, ...rest } = data as JsonObject;
  const said = typeof reason === "string" && reason !== "" ? reason : null;
  const entries = Object.entries(said === null ? (data as JsonObject) : rest);
  const [only, ...more] = entries;
  return (
    <>
      {said !== null && <p className="whitespace-pre-line wrap-anywhere">{said}</p>}
      {said === null && only && more.length === 0 && isShort(only[1]) ? (
        <Value value={only[1]} />
      ) : (
        only && (
          <details>
            <summary className="min-h-6 text-muted">Details</summary>
            <Value value={Object.fromEntries(entries)} />
          </details>
        )
      )}
    </>
  );
}

function isShort(value: Json): boolean {
  return typeof value === "string" && value.length <= 200;
}
