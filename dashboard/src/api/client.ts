import createClient from "openapi-fetch";
import type { components, paths } from "../generated/api";
import { ApiError } from "./error";
import { stringify } from "./json";

export type Schemas = components["schemas"];
export type TaskSummary = Schemas["TaskSummary"];
export type TaskStatus = Schemas["TaskStatus"];
export type AuditEntry = Schemas["AuditEntry"];
export type User = Schemas["User"];
export type Me = Schemas["Me"];
export type FieldError = Schemas["FieldError"];

export const client = createClient<paths>({
  baseUrl: location.origin,
  bodySerializer: (body) => stringify(body),
});

type Answer<T> = { data?: T; error?: unknown; response: Response };

/**
 * Gives the answer's data.
 *
 * @throws ApiError when the server refuses or cannot be reached.
 */
export async function answered<T>(request: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await request.catch(() => {
    throw new ApiError(0, "UNREACHABLE", "The server can't be reached. It is tried again.");
  });
  if (!response.ok) throw refusal(response.status, error);
  return data as T;
}

function refusal(status: number, body: unknown): ApiError {
  const known = (typeof body === "object" && body !== null ? body : {}) as Partial<
    Schemas["ErrorResponse"]
  >;
  return new ApiError(
    status,
    known.error_code ?? "UNEXPECTED",
    known.message ?? `The server answered with status ${status}, without saying why.`,
    known.errors ?? [],
  );
}
