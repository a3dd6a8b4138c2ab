import { expect, it } from 'vitest';
import type { BulkResult } from '@/api/contract';
import { asked, reversal } from './bulk';

const values = { category: '  ', addTags: ' eu, eu ,core,', removeTags: '', interval: 60 };
const some = { on: true, ids: new Set(['a', 'b']), all: null };
const all = { on: true, ids: new Set<string>(), all: { filters: { status: 'down' }, total: 9 } };

it('is asked for those that are selected, or for all that match', () => {
  expect(asked('pause', values, some)).toEqual({ action: 'pause', ids: ['a', 'b'] });
  expect(asked('category', values, all)).toMatchObject({
    action: 'category',
    filter: { status: 'down' },
    category: null,
  });
  expect(asked('tags', values, some)).toMatchObject({ add_tags: ['eu', 'core'], remove_tags: [] });
  expect(asked('tags', { ...values, addTags: ' , ' }, some)).toBeNull();
});

it('is taken back value by value', () => {
  const done = {
    dry_run: false,
    matched: 3,
    changed: ['a', 'b', 'c'],
    errors: {},
    examples: [],
    before: [
      { value: 30, ids: ['a', 'c'] },
      { value: 300, ids: ['b'] },
    ],
  } as BulkResult;
  expect(reversal('interval', done)).toEqual([
    { action: 'interval', ids: ['a', 'c'], check_interval: 30 },
    { action: 'interval', ids: ['b'], check_interval: 300 },
  ]);
  expect(reversal('pause', done)).toEqual([{ action: 'resume', ids: ['a', 'b', 'c'] }]);
});
