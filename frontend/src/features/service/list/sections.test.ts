import { describe, expect, it } from 'vitest';
import type { ServiceGroup } from '@/api/contract';
import { type Filters, noFilters } from '@/lib/filters';
import { ATTENTION, moved, NONE, sectionsOf } from './sections';

const group = (category: string | null, counts: Partial<ServiceGroup['counts']>): ServiceGroup => {
  const none = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0, paused: 0, pending: 0 };
  const all = { ...none, ...counts };
  return { category, counts: all, total: Object.values(all).reduce((a, b) => a + b, 0) };
};
const groups = [
  group('Web', { up: 3, down: 1, paused: 2 }),
  group('Broken', { down: 2 }),
  group(null, { up: 1, unknown: 1 }),
];
const shown = (filters: Partial<Filters>, attention = 4, total = 10) =>
  sectionsOf({ ...noFilters, ...filters }, groups, { attention, total }).map(
    ({ key, rows, count }) => [key, rows, count],
  );

describe('sections', () => {
  it('pin trouble on top, once, and hide what is empty then', () => {
    expect(shown({})).toEqual([
      [ATTENTION, 4, '4'],
      ['Web', 5, '3 of 4 operational'],
      [NONE, 1, '1 of 2 operational'],
    ]);
  });

  it('pin trouble also when it could not be read: it is missing nowhere without a word', () => {
    const known = [ATTENTION, 4, '4'];
    const [attention, ...others] = sectionsOf(noFilters, groups, { attention: null, total: 10 });
    expect([attention?.key, attention?.rows, attention?.count]).toEqual(known);
    expect(others.map(({ key }) => key)).toEqual(['Web', NONE]);
  });

  it('pin nothing where states are chosen or the order is another one', () => {
    expect(shown({ status: ['down'] }).map(([key]) => key)).toEqual(['Web', 'Broken', NONE]);
    expect(shown({ sort: 'name' }, 4, 1234)).toEqual([['\u0000all', 1234, '1,234']]);
  });

  it('ask for their own rows only, with every filter that holds', () => {
    const [attention, web, , last] = sectionsOf(
      { ...noFilters, q: 'eu', type: 'http_ping' },
      [...groups.slice(0, 1), group('Api', { up: 1 }), ...groups.slice(2)],
      { attention: 1, total: 0 },
    );
    const both = { q: 'eu', monitor_type: 'http_ping' };
    expect(attention?.asked).toEqual({ ...both, status: 'down,degraded,unknown' });
    const calm = 'maintenance,up,pending,paused';
    expect(web?.asked).toEqual({ ...both, category: 'Web', status: calm });
    expect(last?.asked).toEqual({ ...both, uncategorised: true, status: calm });
  });
});

it('a category moves by one place and never beyond the ends', () => {
  expect(moved(['a', 'b', 'c'], 'b', -1)).toEqual(['b', 'a', 'c']);
  expect(moved(['a', 'b', 'c'], 'c', 1)).toEqual(['a', 'b', 'c']);
  expect(moved(['a', 'b'], 'z', 1)).toEqual(['a', 'b']);
});
