/** A moment in relative words, with the exact one on hover. */
import { useSyncExternalStore } from 'react';
import { exact, now, relative, since } from '../lib/time';

const listeners = new Set<() => void>();
let tick = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    tick += 1;
    for (const tell of listeners) tell();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The server's time now, renewed each second; all users share one timer. */
export function useNow(): number {
  useSyncExternalStore(subscribe, () => tick);
  return now();
}

interface Props {
  at: string;
  /** `ago` for "4 s ago", `span` for "4 s". */
  as?: 'ago' | 'span';
  until?: string | null;
  className?: string;
}

export function RelativeTime({ at, as = 'ago', until = null, className }: Props) {
  // The words change only when their text does: React then leaves the node alone.
  const current = useNow();
  return (
    <time dateTime={at} title={exact(at)} className={className}>
      {as === 'ago' ? relative(at, current) : since(at, until ?? current)}
    </time>
  );
}
