/** Deletions that can still be undone: services are hidden at once and deleted ten seconds later. */
import { useSyncExternalStore } from 'react';
import { inParts } from '@/lib/parts';
import type { BulkInput } from './contract';
import { changeServices, deleteService } from './services';

export const UNDO_MS = 10_000;
/** Browsers let 64 KiB outlive a page, in all its requests together; a little is left for others. */
const OUTLIVES_BYTES = 60_000;

const bodyOf = (ids: readonly string[]): BulkInput => ({ action: 'delete', ids: [...ids] });
/** A single one needs no body. */
const bytesOf = (ids: readonly string[]): number =>
  ids.length === 1 ? 0 : JSON.stringify(bodyOf(ids)).length;

/** Few enough to be deleted while the page goes; more are deleted at once or perhaps not at all. */
export const canWait = (ids: readonly string[]): boolean => bytesOf(ids) <= OUTLIVES_BYTES;

let hidden: ReadonlySet<string> = new Set();
interface Pending {
  ids: readonly string[];
  timer: ReturnType<typeof setTimeout>;
  run: () => void;
}
/** Each deletion by its first id, the oldest first. */
const pending = new Map<string, Pending>();
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

/**
 * `onError` hears when the server refused; the services are shown again then. Those that could not
 * all be sent while the page goes wait no longer for an undo: the oldest are deleted now.
 */
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
  const run = () => {
    clearTimeout(timer);
    pending.delete(first);
    deleteNow(ids).then(onDone, (error: unknown) => {
      show(ids);
      onError(error);
    });
  };
  const timer = setTimeout(run, UNDO_MS);
  pending.set(first, { ids, timer, run });
  for (const one of overdue([...pending.values()])) one.run();
}

/** The oldest ones, until the others fit into what outlives a page. */
export function overdue<T extends Pick<Pending, 'ids'>>(all: readonly T[]): T[] {
  let bytes = all.reduce((sum, { ids }) => sum + bytesOf(ids), 0);
  const out: T[] = [];
  for (const one of all) {
    if (bytes <= OUTLIVES_BYTES) break;
    if (bytesOf(one.ids) === 0) continue;
    bytes -= bytesOf(one.ids);
    out.push(one);
  }
  return out;
}

/** With as many requests as it takes. */
export async function deleteNow(ids: readonly string[]): Promise<void> {
  const [only, ...others] = ids;
  if (only !== undefined && others.length === 0) {
    await deleteService(only);
    return;
  }
  for (const part of inParts(ids)) await changeServices(bodyOf(part));
}

/** False when it is too late: they are deleted already. */
export function undoDelete(ids: readonly string[]): boolean {
  const [first] = ids;
  const found = first === undefined ? undefined : pending.get(first);
  if (first === undefined || found === undefined) return false;
  clearTimeout(found.timer);
  pending.delete(first);
  show(ids);
  return true;
}

/** Takes back the deletion that this service is part of. */
export function undoDeleteOf(id: string): void {
  for (const { ids } of pending.values()) if (ids.includes(id)) undoDelete(ids);
}

/** Leaving the page ends the time for undo: what was deleted stays deleted. */
window.addEventListener('pagehide', () => {
  for (const { ids, timer } of pending.values()) {
    clearTimeout(timer);
    const [only = ''] = ids;
    const asked = ids.length === 1 ? deleteService(only, true) : changeServices(bodyOf(ids), true);
    void asked.catch(() => undefined);
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
