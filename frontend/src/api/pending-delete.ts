/** Deletions that can still be undone: the service is hidden at once and deleted ten seconds later. */
import { useSyncExternalStore } from 'react';
import { deleteService } from './services';

export const UNDO_MS = 10_000;

let hidden: ReadonlySet<string> = new Set();
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const listeners = new Set<() => void>();

function update(change: (ids: Set<string>) => void): void {
  const next = new Set(hidden);
  change(next);
  hidden = next;
  for (const tell of listeners) tell();
}

/** `onError` hears when the server refused; the service is shown again then. */
export function deleteLater(
  id: string,
  onDone: () => void,
  onError: (error: unknown) => void,
): void {
  update((ids) => ids.add(id));
  timers.set(
    id,
    setTimeout(() => {
      timers.delete(id);
      deleteService(id).then(onDone, (error: unknown) => {
        update((ids) => ids.delete(id));
        onError(error);
      });
    }, UNDO_MS),
  );
}

export function undoDelete(id: string): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  update((ids) => ids.delete(id));
}

/** Leaving the page ends the time for undo: what was deleted stays deleted. */
window.addEventListener('pagehide', () => {
  for (const [id, timer] of timers) {
    clearTimeout(timer);
    void deleteService(id, true).catch(() => undefined);
  }
  timers.clear();
});

export const useHiddenServices = (): ReadonlySet<string> =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    () => hidden,
  );
