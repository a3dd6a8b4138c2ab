/** Buttons, and the same look for links that act like one. */
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { cx } from './classes';

export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger';

const kinds: Record<ButtonKind, string> = {
  primary: 'bg-accent-solid text-on-accent hover:bg-accent-solid-hover border border-transparent',
  secondary: 'border border-line bg-surface text-ink hover:bg-hover',
  quiet: 'border border-transparent text-soft hover:bg-sunken hover:text-ink',
  danger: 'border border-line bg-surface text-down-text hover:bg-down-wash',
};

export function buttonClass(kind: ButtonKind = 'secondary', size: 'sm' | 'md' = 'md'): string {
  return cx(
    'touch inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors select-none',
    'disabled:opacity-55 disabled:pointer-events-none',
    size === 'sm' ? 'h-8 px-2.5 text-sm' : 'h-9 px-3.5 text-base',
    kinds[kind],
  );
}

/** A link to where the reader came from, above a page's sentence. */
export const backLinkClass =
  'touch -ml-1 mb-3 inline-flex max-w-full items-center gap-1.5 rounded-sm px-1 text-sm text-faint hover:text-ink';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: ButtonKind;
  size?: 'sm' | 'md';
  /** Words shown while the action runs; the button is then disabled but stays focusable. */
  busy?: string | false;
  ref?: Ref<HTMLButtonElement>;
  children: ReactNode;
}

export function Button({
  kind = 'secondary',
  size = 'md',
  busy = false,
  className,
  children,
  type = 'button',
  onClick,
  ...rest
}: Props) {
  const working = busy !== false;
  return (
    <button
      {...rest}
      type={type}
      aria-disabled={working || undefined}
      onClick={(event) => {
        if (working) event.preventDefault();
        else onClick?.(event);
      }}
      className={cx(buttonClass(kind, size), working && 'opacity-70', className)}
    >
      {working ? (
        <>
          <Spinner />
          {busy}
        </>
      ) : (
        children
      )}
    </button>
  );
}

export function Spinner() {
  return (
    <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" className="animate-spin">
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2" opacity=".25" />
      <path
        d="M14 8a6 6 0 0 0-6-6"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
      />
    </svg>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  ref?: Ref<HTMLButtonElement>;
  children: ReactNode;
}

export function IconButton({ label, className, children, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={cx(
        'touch inline-flex size-8 shrink-0 items-center justify-center rounded-md text-faint transition-colors hover:bg-sunken hover:text-ink',
        className,
      )}
    >
      {children}
    </button>
  );
}
