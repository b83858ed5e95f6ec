/** What a field has to keep to, said before somebody errs. */
import type { Kind } from "./kinds";

const FORMATS: { [format: string]: string } = {
  email: "An email address.",
  uri: "A link, such as https://example.com.",
  uuid: "A UUID.",
  duration: "A duration, such as PT1H30M for an hour and a half.",
  ipv4: "An IPv4 address.",
  ipv6: "An IPv6 address.",
  "json-string": "Written as JSON.",
};

export function hintOf(kind: Kind): string {
  if (kind.is === "text") {
    const { minLength: least, maxLength: most, pattern, format = "" } = kind;
    return sentences(
      Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined,
      range(least || undefined, most, "character"),
      pattern && `Must match ${pattern}`,
    );
  }
  if (kind.is === "list")
    return sentences(range(kind.minItems || undefined, kind.maxItems, "item"));
  if (kind.is !== "integer" && kind.is !== "number" && kind.is !== "decimal") return "";
  const { atLeast, moreThan, atMost, lessThan, multipleOf } = kind.limits;
  return sentences(
    moreThan !== undefined && `More than ${moreThan}.`,
    lessThan !== undefined && `Less than ${lessThan}.`,
    range(atLeast, atMost),
    multipleOf !== undefined && `A multiple of ${multipleOf}.`,
  );
}

type Amount = { toString(): string } | undefined;

function range(least: Amount, most: Amount, noun = ""): string {
  const unit = noun && ` ${noun}${`${most ?? least}` === "1" ? "" : "s"}`;
  if (least !== undefined && most !== undefined) {
    return `${least}` === `${most}` ? `Exactly ${least}${unit}.` : `${least} to ${most}${unit}.`;
  }
  if (least !== undefined) return `At least ${least}${unit}.`;
  return most === undefined ? "" : `At most ${most}${unit}.`;
}

function sentences(...parts: (string | false | undefined)[]): string {
  return parts.filter(Boolean).join(" ");
}
