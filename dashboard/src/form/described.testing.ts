/** Says in plain JSON what a form asks for, to be compared with what the server's forms say. */
import type { Field, Kind, Limits } from "./kinds";

export type Described = { [name: string]: unknown } | null;

/** Describes a kind as deep as it is looked into; recursive ones have no end. */
export function described(kind: Kind, depth: number): Described {
  if (depth === 0) return null;
  const { is } = kind;
  switch (is) {
    case "text":
      return { is, long: kind.long, format: kind.format ?? null, pattern: kind.pattern ?? null };
    case "integer":
    case "number":
    case "decimal":
      return { is, limits: limitsOf(kind.limits) };
    case "choice":
      return { is, options: kind.options };
    case "list":
      return {
        is,
        item: described(kind.item(), depth - 1),
        least: kind.minItems ?? null,
        most: kind.maxItems ?? null,
      };
    case "record":
      return { is, title: kind.title, fields: describedFields(kind.fields(), depth - 1) };
    case "mapping":
      return {
        is,
        name: described(kind.name(), depth - 1),
        value: described(kind.value(), depth - 1),
      };
    case "union":
      return {
        is,
        options: kind.options.map((option) => ({
          label: option.label,
          tag: option.tag ?? null,
          kind: described(option.kind, depth - 1),
        })),
      };
    case "optional":
      return { is, kind: described(kind.kind, depth) };
    default:
      return { is };
  }
}

export function describedFields(fields: readonly Field[], depth: number): Described[] {
  return fields.map(({ name, title, description, required, default: value, kind }) => ({
    name,
    title,
    description,
    required,
    hasDefault: value !== undefined,
    default: value ?? null,
    kind: described(kind, depth),
  }));
}

function limitsOf({ atLeast, moreThan, atMost, lessThan, multipleOf }: Limits): unknown[] {
  return [atLeast, moreThan, atMost, lessThan, multipleOf].map((limit) => limit ?? null);
}
