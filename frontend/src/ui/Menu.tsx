/** A button that opens a short list of actions, never longer than the screen; arrows, Home, End, Escape and letters work. */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { cx } from './classes';

interface Props {
  label: string;
  button: ReactNode;
  /** What the button shows says what it is: it needs no other name. */
  named?: boolean;
  buttonClassName?: string;
  className?: string;
  /** Which edge of the button the list keeps to. */
  align?: 'left' | 'right';
  /** It opens above the button. */
  up?: boolean;
  /** Elements with role="menuitem" or "menuitemradio". */
  children: (close: () => void) => ReactNode;
}

export function Menu({
  label,
  button,
  named = false,
  buttonClassName,
  className,
  align = 'right',
  up = false,
  children,
}: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const id = useId();

  const close = () => {
    setOpen(false);
    trigger.current?.focus();
  };

  useEffect(() => {
    if (!open) return;
    items(list.current)[0]?.focus();
    const away = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', away);
    return () => document.removeEventListener('pointerdown', away);
  }, [open]);

  // An entry that went away took the focus with it: the keyboard goes on at the first one.
  useEffect(() => {
    if (open && document.activeElement === document.body) items(list.current)[0]?.focus();
  });

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
      return;
    }
    if (event.key === 'Tab') {
      setOpen(false);
      return;
    }
    const all = items(list.current);
    const next = target(all, event.key);
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  };

  return (
    <div ref={root} className="relative">
      <button
        ref={trigger}
        type="button"
        aria-label={named ? undefined : label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
        className={buttonClassName}
      >
        {button}
      </button>
      {open && (
        <div
          ref={list}
          id={id}
          role="menu"
          tabIndex={-1}
          aria-label={label}
          onKeyDown={onKeyDown}
          className={cx(
            'absolute z-40 max-h-[calc(100dvh-4.5rem)] min-w-48 overflow-y-auto rounded-lg bg-raised p-1 text-base font-normal shadow-float motion-safe:animate-rise',
            align === 'left' ? 'left-0' : 'right-0',
            up ? 'bottom-full mb-1.5' : 'mt-1.5',
            className,
          )}
        >
          {children(close)}
        </div>
      )}
    </div>
  );
}

const items = (list: HTMLElement | null): HTMLElement[] =>
  Array.from(list?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? []);

function target(all: HTMLElement[], key: string): HTMLElement | undefined {
  const at = all.indexOf(document.activeElement as HTMLElement);
  switch (key) {
    case 'ArrowDown':
      return all[(at + 1) % all.length];
    case 'ArrowUp':
      return all[(at - 1 + all.length) % all.length];
    case 'Home':
      return all[0];
    case 'End':
      return all[all.length - 1];
    default:
      return key.length === 1
        ? all.find((item) => item.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()))
        : undefined;
  }
}

export const menuItemClass =
  'touch flex w-full items-center gap-2.5 rounded-md px-2.5 py-1.5 text-left text-base text-ink outline-none hover:bg-sunken focus:bg-sunken';

export function MenuItem({
  onSelect,
  danger = false,
  children,
}: {
  onSelect: () => void;
  danger?: boolean;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      onClick={onSelect}
      className={cx(menuItemClass, danger && 'text-down-text')}
    >
      {children}
    </button>
  );
}
