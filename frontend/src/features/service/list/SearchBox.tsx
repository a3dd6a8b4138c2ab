/** The search box of the dashboard: what is typed goes into the address once the typing rests. */
import { useEffect, useRef, useState } from 'react';
import { dashboardText as text } from '@/lib/text/dashboard';
import { cx } from '@/ui/classes';
import { inputClass } from '@/ui/Field';
import { Icon } from '@/ui/Icon';

const RESTS_MS = 160;

interface Props {
  value: string;
  onChange: (value: string) => void;
  /** The key `/` has led here from another page. */
  focus: boolean;
}

export function SearchBox({ value, onChange, focus }: Props) {
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focus) field.current?.focus();
  }, [focus]);
  // The address changed by itself: back, forward, or the filters were cleared.
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setTyped(value);
  }, [value]);
  useEffect(() => {
    if (typed === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = typed;
      onChange(typed);
    }, RESTS_MS);
    return () => clearTimeout(timer);
  }, [typed, onChange]);
  const now = (next: string) => {
    setTyped(next);
    sent.current = next;
    onChange(next);
  };
  return (
    <search className="relative min-w-0 flex-1 sm:max-w-80">
      <Icon
        name="search"
        className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-faint"
      />
      <input
        ref={field}
        data-search
        type="search"
        aria-label={text.search}
        aria-keyshortcuts="/"
        placeholder={text.searchHint}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') now(typed);
          if (event.key !== 'Escape') return;
          event.preventDefault();
          if (typed === '') field.current?.blur();
          else now('');
        }}
        className={cx(inputClass, 'peer h-9 pr-9 pl-9 [&::-webkit-search-cancel-button]:hidden')}
      />
      <span
        aria-hidden="true"
        className={cx(
          'pointer-events-none absolute top-1/2 right-2.5 hidden h-5 min-w-5 -translate-y-1/2 items-center justify-center rounded-sm border border-line bg-sunken font-mono text-xs text-faint peer-focus:hidden',
          typed === '' && 'pointer-fine:inline-flex',
        )}
      >
        /
      </span>
    </search>
  );
}
