/** A modal dialog on the browser's own element: focus stays inside, Escape closes. */
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { IconButton } from './Button';
import { cx } from './classes';
import { Icon } from './Icon';

interface Props {
  title: string;
  closeLabel: string;
  onClose: () => void;
  /** Rises from the lower edge on a phone. */
  sheet?: boolean;
  /** Only a button closes it: neither Escape nor a press beside it, for what is seen once. */
  held?: boolean;
  children: ReactNode;
}

export function Dialog({
  title,
  closeLabel,
  onClose,
  sheet = false,
  held = false,
  children,
}: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  /** A press that began inside, as when text is marked, is none beside the dialog. */
  const beside = useRef(false);
  const id = useId();
  const dismiss = () => {
    if (!held) onClose();
  };
  // Closed while it is still there, it gives the focus back to where it was before.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // A dialog focuses its first button by itself, and after its contents were drawn.
    element?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      // The browser closes by itself what is asked to close twice.
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.preventDefault();
        dismiss();
      }}
      onCancel={(event) => {
        event.preventDefault();
        dismiss();
      }}
      onPointerDown={(event) => {
        beside.current = event.target === dialog.current;
      }}
      onClick={(event) => {
        if (event.target === dialog.current && beside.current) dismiss();
      }}
      className={cx(
        'w-[calc(100%-2rem)] max-w-lg rounded-xl bg-raised p-0 text-ink shadow-float motion-safe:animate-rise',
        sheet ? 'mx-auto mt-auto mb-4 sm:my-auto' : 'm-auto',
      )}
    >
      <div className="p-5 sm:p-6">
        <div className="mb-4 flex items-start justify-between gap-4">
          <h2 id={id} className="text-xl font-semibold tracking-tight">
            {title}
          </h2>
          <IconButton label={closeLabel} onClick={onClose} className="-mt-1 -mr-1.5">
            <Icon name="close" />
          </IconButton>
        </div>
        {children}
      </div>
    </dialog>
  );
}
