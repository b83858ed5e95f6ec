/** Whether this tab answers one task by a link; known also after the link is used up. */

const KEY = "awaithumans.visit";

export function noteVisit(visits: boolean): void {
  try {
    if (visits) sessionStorage.setItem(KEY, "1");
    else sessionStorage.removeItem(KEY);
  } catch {
    // Then whose link is over finds the sign-in, which says what to do too.
  }
}

export function wasVisit(): boolean {
  try {
    return sessionStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}
