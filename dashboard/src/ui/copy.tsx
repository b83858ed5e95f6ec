import { useState } from "react";

const SHOWN_MS = 1_500;

/** Puts a text on the clipboard, and says so. */
export function Copy({ text, label = "Copy" }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  // A page that came unencrypted from another machine has no clipboard.
  if (!("clipboard" in navigator)) return null;
  return (
    <button type="button" className="button button-quiet px-2 text-sm" onClick={() => void copy()}>
      <span aria-live="polite">{copied ? "Copied" : label}</span>
    </button>
  );
}
