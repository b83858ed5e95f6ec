/** Keeps rows where they are while somebody points at them. */

/**
 * Merges what is shown with what there is now.
 *
 * @param shown - The rows as they stand.
 * @param fresh - The rows as they should be.
 * @param held - Whether a row may be under somebody's pointer: then nothing moves, what changed is
 *   changed in place, and new rows wait.
 * @returns The rows to show, how many wait, and which would not be here any more.
 */
export function ordered<Row extends { id: string }>(
  shown: readonly Row[],
  fresh: readonly Row[],
  held: boolean,
): { rows: readonly Row[]; waiting: number; gone: ReadonlySet<string> } {
  if (!held || shown.length === 0) return { rows: fresh, waiting: 0, gone: new Set() };
  const now = new Map(fresh.map((row) => [row.id, row]));
  const stood = new Set(shown.map(({ id }) => id));
  const last = fresh.findLastIndex(({ id }) => stood.has(id));
  // What follows the last known row moves nothing: more was asked for.
  const below = last < 0 ? [] : fresh.slice(last + 1);
  return {
    rows: [...shown.map((row) => now.get(row.id) ?? row), ...below],
    gone: new Set(shown.map(({ id }) => id).filter((id) => !now.has(id))),
    waiting: fresh.slice(0, last + 1).filter(({ id }) => !stood.has(id)).length,
  };
}

/** Gives the id after `id`, else the one before it: where to go when `id` is done. */
export function nextAfter(ids: readonly string[], id: string): string | undefined {
  const at = ids.indexOf(id);
  return at < 0 ? ids[0] : (ids[at + 1] ?? ids[at - 1]);
}
