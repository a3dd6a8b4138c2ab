/** Deletions that can still be undone: services are hidden at once and deleted ten seconds later. */
import { useSyncExternalStore } from 'react';
import { changeServices, deleteService } from './services';

export const UNDO_MS = 10_000;
/** What the server takes in one request. */
const MOST = 5_000;
/** So many ids fit into a request that outlives the page. */
const MOST_AT_LEAVING = 1_500;

let hidden: ReadonlySet<string> = new Set();
/** Each deletion by its first id. */
const pending = new Map<string, { ids: readonly string[]; timer: ReturnType<typeof setTimeout> }>();
const listeners = new Set<() => void>();

function update(change: (ids: Set<string>) => void): void {
  const next = new Set(hidden);
  change(next);
  hidden = next;
  for (const tell of listeners) tell();
}

const show = (ids: readonly string[]): void =>
  update((all) => {
    for (const id of ids) all.delete(id);
  });

/** `onError` hears when the server refused; the services are shown again then. */
export function deleteLater(
  ids: readonly string[],
  onDone: () => void,
  onError: (error: unknown) => void,
): void {
  const [first] = ids;
  if (first === undefined) return;
  update((all) => {
    for (const id of ids) all.add(id);
  });
  const timer = setTimeout(() => {
    pending.delete(first);
    deleteNow(ids).then(onDone, (error: unknown) => {
      show(ids);
      onError(error);
    });
  }, UNDO_MS);
  pending.set(first, { ids, timer });
}

async function deleteNow(ids: readonly string[], leaving = false): Promise<void> {
  const [only, ...others] = ids;
  if (only !== undefined && others.length === 0) {
    await deleteService(only, leaving);
    return;
  }
  const size = leaving ? MOST_AT_LEAVING : MOST;
  for (let from = 0; from < ids.length; from += size) {
    const asked = changeServices({ action: 'delete', ids: ids.slice(from, from + size) }, leaving);
    if (!leaving) await asked;
  }
}

export function undoDelete(ids: readonly string[]): void {
  const [first] = ids;
  if (first === undefined) return;
  clearTimeout(pending.get(first)?.timer);
  pending.delete(first);
  show(ids);
}

/** Takes back the deletion that this service is part of. */
export function undoDeleteOf(id: string): void {
  for (const { ids } of pending.values()) if (ids.includes(id)) undoDelete(ids);
}

/** Leaving the page ends the time for undo: what was deleted stays deleted. */
window.addEventListener('pagehide', () => {
  for (const { ids, timer } of pending.values()) {
    clearTimeout(timer);
    void deleteNow(ids, true).catch(() => undefined);
  }
  pending.clear();
});

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

/** True while this service is deleted but can be brought back. */
export const useIsHidden = (id: string): boolean =>
  useSyncExternalStore(subscribe, () => hidden.has(id));

/** How many are hidden. */
export const useHiddenCount = (): number => useSyncExternalStore(subscribe, () => hidden.size);
