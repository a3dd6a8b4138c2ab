/** A change to many services: what is sent for it, and what takes it back. */

import type { BulkInput, BulkResult } from '@/api/contract';
import { inParts } from '@/lib/parts';
import type { Selection } from './selection';

export const bulkActions = ['pause', 'resume', 'category', 'tags', 'interval', 'delete'] as const;
export type BulkAction = (typeof bulkActions)[number];

export interface BulkValues {
  category: string;
  addTags: string;
  removeTags: string;
  /** Seconds. */
  interval: number;
}

const list = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  ),
];

const everything: NonNullable<BulkInput['filter']> = {
  q: null,
  category: null,
  uncategorised: null,
  status: null,
  monitor_type: null,
  tag: null,
};

export const meant = ({ ids, all }: Selection): Pick<BulkInput, 'ids' | 'filter'> =>
  all === null ? { ids: [...ids] } : { filter: { ...everything, ...all.filters } };

/** None while something is missing. */
export function asked(
  action: BulkAction,
  values: BulkValues,
  selection: Selection,
): BulkInput | null {
  const base: BulkInput = { action, ...meant(selection) };
  switch (action) {
    case 'category':
      return { ...base, category: values.category.trim() === '' ? null : values.category.trim() };
    case 'tags': {
      const [add, remove] = [list(values.addTags), list(values.removeTags)];
      if (add.length === 0 && remove.length === 0) return null;
      return { ...base, add_tags: add, remove_tags: remove };
    }
    case 'interval':
      return { ...base, check_interval: values.interval };
    default:
      return base;
  }
}

/** What has to be asked to make everything as it was, in requests that the server takes. */
export const reversal = (action: BulkAction, done: BulkResult): BulkInput[] =>
  steps(action, done).flatMap(({ ids, ...step }) =>
    inParts(ids).map((part): BulkInput => ({ ...step, ids: part })),
  );

type Step = BulkInput & { ids: string[] };

function steps(action: BulkAction, { before, changed }: BulkResult): Step[] {
  switch (action) {
    case 'pause':
      return [{ action: 'resume', ids: changed }];
    case 'resume':
      return [{ action: 'pause', ids: changed }];
    case 'category':
      return before.map(({ value, ids }) => ({ action, ids, category: value as string | null }));
    case 'tags':
      return before.map(({ value, ids }) => ({ action, ids, tags: value as string[] }));
    case 'interval':
      return before.map(({ value, ids }) => ({ action, ids, check_interval: value as number }));
    case 'delete':
      return [];
  }
}
