import { type ReactNode, useEffect, useId, useRef } from "react";

type Props = { title: string; onClose: () => void; children: ReactNode; wide?: boolean };

/** A modal dialog, open for as long as it is there; Escape and a press outside close it. */
export function Dialog({ title, onClose, children, wide = false }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    element?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => {
      element?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog natively.
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      className={`m-auto max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] rounded-xl border border-line bg-surface p-0 shadow-xl backdrop:bg-black/40 ${wide ? "max-w-2xl" : "max-w-md"}`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className="flex items-center justify-between gap-4 border-b border-line px-5 py-3">
        <h2 id={heading}>{title}</h2>
        <button type="button" className="button button-quiet px-2" onClick={onClose}>
          <span className="sr-only">Close</span>
          <span aria-hidden="true">✕</span>
        </button>
      </div>
      <div className="px-5 py-4">{children}</div>
    </dialog>
  );
}

type ButtonsProps = {
  onClose: () => void;
  pending: boolean;
  does: string;
  no?: string;
  danger?: boolean;
};

/** The end of a dialog: not to do it, and to do it. */
export function Buttons({ onClose, pending, does, no = "Not now", danger = false }: ButtonsProps) {
  return (
    <div className="flex justify-end gap-2 pt-1">
      <button type="button" className="button" onClick={onClose}>
        {no}
      </button>
      <button
        type="submit"
        className={danger ? "button button-danger" : "button button-primary"}
        disabled={pending}
      >
        {does}
      </button>
    </div>
  );
}
