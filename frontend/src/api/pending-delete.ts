/** Deletions that can still be undone: services are hidden at once and deleted ten seconds later. */
import { useSyncExternalStore } from 'react';
import { type Countdown, countdown } from '@/lib/countdown';
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
  time: Countdown;
  /** Settles when it is done or refused. */
  run: () => Promise<void>;
  onUndone: () => void;
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
 * `onError` hears when the server refused; the services are shown again then. `onUndone` hears when
 * they were brought back, wherever that was asked for. Those that could not all be sent while the
 * page goes wait no longer for an undo: the oldest are deleted now.
 */
export function deleteLater(
  ids: readonly string[],
  onDone: () => void,
  onError: (error: unknown) => void,
  onUndone: () => void = () => undefined,
): void {
  const [first] = ids;
  if (first === undefined) return;
  update((all) => {
    for (const id of ids) all.add(id);
  });
  const run = () => {
    time.stop();
    pending.delete(first);
    return deleteNow(ids).then(onDone, (error: unknown) => {
      show(ids);
      onError(error);
    });
  };
  const time = countdown(UNDO_MS, () => void run());
  pending.set(first, { ids, time, run, onUndone });
  for (const one of overdue([...pending.values()])) void one.run();
}

/** Whatever waits is deleted now, as before somebody signs out: afterwards nobody may. */
export async function flushDeletes(): Promise<void> {
  await Promise.all([...pending.values()].map(({ run }) => run()));
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

const waiting = ([first = '']: readonly string[]): Pending | undefined => pending.get(first);

/** While the reader is about to decide, the time for undo stands still. */
export const holdDelete = (ids: readonly string[], held: boolean): void =>
  waiting(ids)?.time.hold(held);

/** False when it is too late: they are deleted already. */
export function undoDelete(ids: readonly string[]): boolean {
  const found = waiting(ids);
  if (found === undefined) return false;
  found.time.stop();
  pending.delete(ids[0] ?? '');
  show(ids);
  found.onUndone();
  return true;
}

/** Takes back the deletion that this service is part of. */
export function undoDeleteOf(id: string): void {
  for (const { ids } of pending.values()) if (ids.includes(id)) undoDelete(ids);
}

/** Leaving the page ends the time for undo: what was deleted stays deleted. */
window.addEventListener('pagehide', () => {
  for (const { ids, time } of pending.values()) {
    time.stop();
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
