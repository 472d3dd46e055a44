import { type ReactNode, useId, useLayoutEffect, useRef } from "react";

/**
 * A dialog over the page. The browser keeps the focus in it, closes it on Escape and gives the focus back; whoever
 * shows it takes it away when `onClose` is called.
 */
export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);

  return (
    <dialog ref={element} aria-labelledby={titleId} onCancel={onClose} onClose={onClose}>
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}

/** The buttons at a dialog's end: out of it, and on. */
export function DialogButtons({
  onCancel,
  confirm,
  isBusy,
  isReady = true,
  isDangerous = false,
}: {
  onCancel: () => void;
  /** What the button that goes on says. */
  confirm: string;
  isBusy: boolean;
  isReady?: boolean;
  isDangerous?: boolean;
}) {
  return (
    <div className="dialog-buttons">
      <button type="button" onClick={onCancel}>
        Cancel
      </button>
      <button
        type="submit"
        className={isDangerous ? "danger" : "primary"}
        disabled={isBusy || !isReady}
      >
        {isBusy ? "Working…" : confirm}
      </button>
    </div>
  );
}
