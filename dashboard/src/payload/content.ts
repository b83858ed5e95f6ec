/** Tells from a text what it holds: a link, an image, a file. */

// Drawn by the browser without running anything in them; SVG is not among them.
const IMAGE_URL = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,[A-Za-z0-9+/=\s]+$/;
const IMAGE_STARTS: readonly (readonly [string, string])[] = [
  ["iVBORw0KGgo", "png"],
  ["/9j/", "jpeg"],
  ["R0lGOD", "gif"],
  ["UklGR", "webp"],
];
const LINK = /^(?:https?:\/\/|mailto:)[^\s\p{Cc}]+$/iu;

export function isLink(text: string): boolean {
  return LINK.test(text) && URL.canParse(text);
}

/** Gives an address that shows the image a text holds. */
export function imageOf(text: string, format: string): string | undefined {
  if (IMAGE_URL.test(text)) return text;
  if (!isBase64(format)) return undefined;
  const plain = standard(text);
  const type = IMAGE_STARTS.find(([start]) => plain.startsWith(start))?.[1];
  return type && `data:image/${type};base64,${plain}`;
}

/** Gives the bytes that a text of a base64 format holds. */
export function bytesOf(text: string, format: string): Uint8Array<ArrayBuffer> | undefined {
  if (!isBase64(format) || text === "") return undefined;
  try {
    return Uint8Array.from(atob(standard(text)), (byte) => byte.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function isBase64(format: string): boolean {
  return format === "base64" || format === "base64url";
}

function standard(text: string): string {
  return text.replaceAll("-", "+").replaceAll("_", "/");
}
