/** Which groups of the dashboard are closed; kept in this browser. */
import { useSyncExternalStore } from 'react';

const KEY = 'pulsecheck.closed';
const listeners = new Set<() => void>();
let closed: ReadonlySet<string> = new Set(read());

function read(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}

export function toggleClosed(key: string): void {
  const next = new Set(closed);
  if (!next.delete(key)) next.add(key);
  closed = next;
  try {
    localStorage.setItem(KEY, JSON.stringify([...next]));
  } catch {
    // Blocked storage: it holds until the page is closed.
  }
  for (const tell of listeners) tell();
}

export const useClosed = (): ReadonlySet<string> =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    () => closed,
  );
