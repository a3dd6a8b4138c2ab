/** Which services are selected for a change to many: single ones, and all that some filters match but those that were unticked. */
import { useSyncExternalStore } from 'react';
import type { Service } from '@/api/contract';
import type { AskedFilters } from '@/lib/filters';

export interface Selection {
  /** Rows show boxes to be ticked. */
  on: boolean;
  /** Single ones, beside what `all` holds. */
  ids: ReadonlySet<string>;
  /** Everything that matches, known or not. */
  all: { filters: AskedFilters; total: number; except: ReadonlySet<string> } | null;
}

/** What decides whether filters match a service. */
type Row = Pick<Service, 'id' | 'category' | 'monitor_type' | 'tags' | 'current_status'>;

/** The rows of a list in their order, and what was asked for them. */
export interface Within {
  rows: readonly Row[];
  asked: AskedFilters;
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

/** Whether filters match a row of the list that was asked for `asked`; searched words only the server can compare. */
function matches(filters: AskedFilters, row: Row, asked: AskedFilters): boolean {
  const { q, status, monitor_type, category, uncategorised, tag } = filters;
  return (
    (q === undefined || q === asked.q) &&
    (status === undefined || status.split(',').includes(row.current_status.status)) &&
    (monitor_type === undefined || monitor_type === row.monitor_type) &&
    (category === undefined || category === row.category) &&
    (uncategorised !== true || row.category == null) &&
    (tag === undefined || tag === asked.tag || row.tags.includes(tag))
  );
}

export const isSelected = (row: Row, asked: AskedFilters, { ids, all } = selection): boolean =>
  ids.has(row.id) || (all !== null && matches(all.filters, row, asked) && !all.except.has(row.id));

export const useSelection = (): Selection => useSyncExternalStore(subscribe, () => selection);
export const useIsSelected = (row: Row, asked: AskedFilters): boolean =>
  useSyncExternalStore(subscribe, () => isSelected(row, asked));
export const useIsSelecting = (): boolean => useSyncExternalStore(subscribe, () => selection.on);

export const sizeOf = ({ ids, all }: Selection): number =>
  ids.size + (all === null ? 0 : all.total - all.except.size);

export function startSelecting(): void {
  set({ ...selection, on: true });
}

export function endSelecting(): void {
  anchor = null;
  set(nothing);
}

/** Ticks or unticks one; `within` are the rows that a range may take in, `range` from the last one on. */
export function toggle(row: Row, { rows, asked }: Within, range = false): void {
  const { all } = selection;
  const ids = new Set(selection.ids);
  const except = new Set(all?.except);
  const ticks = !isSelected(row, asked);
  const from = anchor === null ? -1 : rows.findIndex(({ id }) => id === anchor);
  const to = rows.findIndex(({ id }) => id === row.id);
  const some =
    range && from >= 0 && to >= 0 ? rows.slice(Math.min(from, to), Math.max(from, to) + 1) : [row];
  for (const one of some) {
    const isOfAll = all !== null && matches(all.filters, one, asked);
    if (!ticks) {
      ids.delete(one.id);
      if (isOfAll) except.add(one.id);
    } else if (isOfAll) except.delete(one.id);
    else ids.add(one.id);
  }
  anchor = row.id;
  set({ on: true, ids, all: all === null ? null : { ...all, except } });
}

export function selectMatching(filters: AskedFilters, total: number): void {
  set({ on: true, ids: new Set(), all: { filters, total, except: new Set() } });
}
