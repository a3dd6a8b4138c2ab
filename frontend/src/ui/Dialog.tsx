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
  children: ReactNode;
}

export function Dialog({ title, closeLabel, onClose, sheet = false, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
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
        onClose();
      }}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
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
