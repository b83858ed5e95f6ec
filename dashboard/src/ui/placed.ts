/** Where the parts of a refusal are shown: beside the fields they are about, or above the form. */
import { type RefObject, useEffect } from "react";
import { ApiError } from "../api/error";

export type Placed<Name extends string> = {
  beside: { [name in Name]?: string };
  above: Error | null;
};

/**
 * Finds the place of everything that is wrong.
 *
 * @param error - The refusal, if there is one.
 * @param names - The form's fields; a way to one of them ends at the last name that is known.
 */
export function placed<Name extends string>(
  error: Error | null,
  names: readonly Name[],
): Placed<Name> {
  if (!(error instanceof ApiError) || error.errors.length === 0)
    return { beside: {}, above: error };
  const beside: Placed<Name>["beside"] = {};
  const rest = error.errors.filter(({ loc, msg }) => {
    const name = names.find((known) => known === loc.findLast((part) => isOf(part, names)));
    if (name) beside[name] ??= msg;
    return !name;
  });
  const above =
    rest.length > 0 ? new ApiError(error.status, error.code, error.message, rest) : null;
  return { beside, above };
}

function isOf(part: string | number, names: readonly string[]): boolean {
  return typeof part === "string" && names.includes(part);
}

/** Brings the reader to the first field that was refused. */
export function useFocusOnRefusal(form: RefObject<HTMLFormElement | null>, error: Error | null) {
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [form, error]);
}
