/** Which services are selected for a change to many: single ones, or all that the filters match. */
import { useSyncExternalStore } from 'react';
import type { AskedFilters } from '@/lib/filters';

export interface Selection {
  /** Rows show boxes to be ticked. */
  on: boolean;
  ids: ReadonlySet<string>;
  /** Everything that matches, known or not; then `ids` are not looked at. */
  all: { filters: AskedFilters; total: number } | null;
}

const nothing: Selection = { on: false, ids: new Set(), all: null };
let selection = nothing;
/** Where a range begins that Shift ends. */
let anchor: string | null = null;
const listeners = new Set<() => void>();

function set(next: Selection): void {
  selection = next;
  for (const tell of listeners) tell();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

export const useSelection = (): Selection => useSyncExternalStore(subscribe, () => selection);
export const useIsSelected = (id: string): boolean =>
  useSyncExternalStore(subscribe, () => selection.all !== null || selection.ids.has(id));
export const useIsSelecting = (): boolean => useSyncExternalStore(subscribe, () => selection.on);

export const sizeOf = ({ ids, all }: Selection): number => all?.total ?? ids.size;

export function startSelecting(): void {
  set({ ...selection, on: true });
}

export function endSelecting(): void {
  anchor = null;
  set(nothing);
}

/** Ticks or unticks one; `within` are the rows that a range may take in, `range` from the last one on. */
export function toggle(id: string, within: readonly string[] = [], range = false): void {
  // Out of everything, nobody can say what is left without reading it all: it begins anew with this one.
  const ids = new Set(selection.all === null ? selection.ids : []);
  const ticks = !ids.has(id);
  const from = anchor === null ? -1 : within.indexOf(anchor);
  const to = within.indexOf(id);
  const some =
    range && from >= 0 && to >= 0 ? within.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
  for (const one of some) {
    if (ticks) ids.add(one);
    else ids.delete(one);
  }
  anchor = id;
  set({ on: true, ids, all: null });
}

export function selectMatching(filters: AskedFilters, total: number): void {
  set({ on: true, ids: new Set(), all: { filters, total } });
}
