/** Texts: links and images only where they are safe, long ones folded. */
import { useState } from "react";
import { bytesOf, imageOf, isLink } from "./content";

const LONG_TEXT = 600;
const MANY_LINES = 12;

export function TextValue({ text, format }: { text: string; format: string }) {
  const image = imageOf(text, format);
  if (image) {
    return <img src={image} alt="Part of the details" className="max-h-80 max-w-full rounded-md" />;
  }
  const bytes = bytesOf(text, format);
  if (bytes) return <Download bytes={bytes} />;
  if (isLink(text)) return <Outward to={text} />;
  if (text === "") return <span className="text-muted">empty</span>;
  return <Folded text={text} />;
}

/** A link out of the page shows where it leads, and tells nobody where it was followed. */
function Outward({ to }: { to: string }) {
  return (
    <a href={to} target="_blank" rel="noopener noreferrer" className="link wrap-anywhere">
      {to}
    </a>
  );
}

function Folded({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  const short = beginning(text);
  const folds = short.length < text.length;
  return (
    <div>
      <p className="whitespace-pre-wrap wrap-anywhere">{open ? text : short}</p>
      {folds && (
        <button
          type="button"
          aria-expanded={open}
          className="button mt-1"
          onClick={() => setOpen(!open)}
        >
          {open ? "Show less" : `Show all ${text.length} characters`}
        </button>
      )}
    </div>
  );
}

function beginning(text: string): string {
  const lines = text.split("\n", MANY_LINES).join("\n");
  return lines.length <= LONG_TEXT ? lines : `${lines.slice(0, LONG_TEXT)}…`;
}

function Download({ bytes }: { bytes: Uint8Array<ArrayBuffer> }) {
  const save = () => {
    // As bytes without a type: a browser saves them, and never shows them as a page of ours.
    const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = "file";
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <button type="button" className="button" onClick={save}>
      Save the file ({bytes.length} bytes)
    </button>
  );
}
