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

const meant = ({ ids, all }: Selection): Pick<BulkInput, 'ids' | 'filter'>[] => [
  ...(all === null ? [] : [{ filter: { ...everything, ...all.filters } }]),
  ...inParts([...ids]).map((part) => ({ ids: part })),
];

/** None while something is missing. Unticked ones are still among what a filter means. */
export function asked(
  action: BulkAction,
  values: BulkValues,
  selection: Selection,
): BulkInput[] | null {
  const change = changeOf(action, values);
  return change === null ? null : meant(selection).map((part) => ({ ...change, ...part }));
}

function changeOf(action: BulkAction, values: BulkValues): BulkInput | null {
  switch (action) {
    case 'category':
      return { action, category: values.category.trim() === '' ? null : values.category.trim() };
    case 'tags': {
      const [add, remove] = [list(values.addTags), list(values.removeTags)];
      if (add.length === 0 && remove.length === 0) return null;
      return { action, add_tags: add, remove_tags: remove };
    }
    case 'interval':
      return { action, check_interval: values.interval };
    default:
      return { action };
  }
}

/** What several answers say together. */
export function joined(results: readonly BulkResult[]): BulkResult {
  return {
    dry_run: results.every(({ dry_run }) => dry_run),
    matched: results.reduce((sum, { matched }) => sum + matched, 0),
    changed: [...new Set(results.flatMap(({ changed }) => changed))],
    errors: Object.assign({}, ...results.map(({ errors }) => errors)),
    refused: results.flatMap(({ refused }) => refused),
    examples: results.flatMap(({ examples }) => examples),
    before: results.flatMap(({ before }) => before),
  };
}

export interface Refusal {
  /** As the API calls it. */
  field: string;
  reason: string;
  services: number;
}

/** Why services are refused, each reason once. */
export function refusalsOf({ refused }: Pick<BulkResult, 'refused'>): Refusal[] {
  const found = new Map<string, Refusal>();
  for (const { errors, ids } of refused) {
    for (const [field, reasons] of Object.entries(errors)) {
      for (const reason of reasons) {
        const key = `${field} ${reason}`;
        const services = (found.get(key)?.services ?? 0) + ids.length;
        found.set(key, { field, reason, services });
      }
    }
  }
  return [...found.values()];
}

/** The same without those that were unticked. */
export function without(result: BulkResult, except: ReadonlySet<string>): BulkResult {
  if (except.size === 0) return result;
  const stays = (id: string) => !except.has(id);
  return {
    ...result,
    matched: result.matched - except.size,
    changed: result.changed.filter(stays),
    errors: Object.fromEntries(Object.entries(result.errors).filter(([id]) => stays(id))),
    refused: result.refused
      .map(({ errors, ids }) => ({ errors, ids: ids.filter(stays) }))
      .filter(({ ids }) => ids.length > 0),
    examples: result.examples.filter(({ id }) => stays(id)),
    before: result.before.map(({ value, ids }) => ({ value, ids: ids.filter(stays) })),
  };
}

/** What is sent once it is known what would change: what was asked, or where that means too much those services by name. */
export function orders(
  requests: BulkInput[],
  except: ReadonlySet<string>,
  changed: readonly string[],
): BulkInput[] {
  const [first, ...others] = requests;
  if (first === undefined || (others.length === 0 && except.size === 0)) return requests;
  const { filter: _, ids: __, ...change } = first;
  return inParts(changed).map((ids) => ({ ...change, ids }));
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
