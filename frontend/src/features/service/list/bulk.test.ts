import { expect, it } from 'vitest';
import type { BulkResult } from '@/api/contract';
import { asked, joined, orders, refusalsOf, reversal, without } from './bulk';

const values = { category: '  ', addTags: ' eu, eu ,core,', removeTags: '', interval: 60 };
const some = { on: true, ids: new Set(['a', 'b']), all: null };
const down = { filters: { status: 'down' }, total: 9, except: new Set<string>() };
const all = { on: true, ids: new Set<string>(), all: down };

const done: BulkResult = {
  dry_run: false,
  matched: 4,
  changed: ['a', 'b', 'c'],
  errors: { d: 'check_interval is too short' },
  refused: [{ errors: { check_interval: ['is too short'] }, ids: ['d'] }],
  examples: [{ id: 'a', name: 'A', before: 30, after: 60 }],
  before: [
    { value: 30, ids: ['a', 'c'] },
    { value: 300, ids: ['b'] },
  ],
};

it('is asked for those that are selected, for all that match, or for both', () => {
  expect(asked('pause', values, some)).toEqual([{ action: 'pause', ids: ['a', 'b'] }]);
  expect(asked('category', values, all)).toMatchObject([
    { action: 'category', filter: { status: 'down' }, category: null },
  ]);
  expect(asked('pause', values, { ...some, all: down })).toMatchObject([
    { action: 'pause', filter: { status: 'down' } },
    { action: 'pause', ids: ['a', 'b'] },
  ]);
  expect(asked('tags', values, some)).toMatchObject([
    { add_tags: ['eu', 'core'], remove_tags: [] },
  ]);
  expect(asked('tags', { ...values, addTags: ' , ' }, some)).toBeNull();
});

it('is said of all that are meant together, but of none that was unticked', () => {
  const more = {
    ...done,
    changed: ['c', 'e'],
    errors: {},
    refused: [],
    matched: 2,
    examples: [],
    before: [],
  };
  expect(joined([done, more])).toMatchObject({ changed: ['a', 'b', 'c', 'e'], matched: 6 });
  expect(without(done, new Set(['a', 'd']))).toEqual({
    ...done,
    matched: 2,
    changed: ['b', 'c'],
    errors: {},
    refused: [],
    examples: [],
    before: [
      { value: 30, ids: ['c'] },
      { value: 300, ids: ['b'] },
    ],
  });
});

it('is ordered by filter only where the filter means just what is selected', () => {
  const requests = asked('pause', values, all) ?? [];
  expect(orders(requests, new Set(), ['a'])).toBe(requests);
  expect(orders(requests, new Set(['b']), ['a'])).toEqual([{ action: 'pause', ids: ['a'] }]);
  const both = asked('pause', values, { ...some, all: down }) ?? [];
  expect(orders(both, new Set(), ['a', 'b'])).toEqual([{ action: 'pause', ids: ['a', 'b'] }]);
});

it('is taken back value by value', () => {
  expect(reversal('interval', done)).toEqual([
    { action: 'interval', ids: ['a', 'c'], check_interval: 30 },
    { action: 'interval', ids: ['b'], check_interval: 300 },
  ]);
  expect(reversal('pause', done)).toEqual([{ action: 'resume', ids: ['a', 'b', 'c'] }]);
});

it('reasons for a refusal are counted by field, without what was unticked', () => {
  const refused = [
    { errors: { check_interval: ['is too short'], timeout_ms: ['is too long'] }, ids: ['d', 'e'] },
    { errors: { check_interval: ['is too short'] }, ids: ['f'] },
  ];
  expect(refusalsOf({ refused })).toEqual([
    { field: 'check_interval', reason: 'is too short', services: 3 },
    { field: 'timeout_ms', reason: 'is too long', services: 2 },
  ]);
  const left = without({ ...done, refused }, new Set(['d', 'e']));
  expect(refusalsOf(left)).toEqual([
    { field: 'check_interval', reason: 'is too short', services: 1 },
  ]);
});
