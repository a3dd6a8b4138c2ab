import { renderHook } from '@testing-library/react';
import { beforeEach, expect, it } from 'vitest';
import type { Service } from '@/api/contract';
import {
  endSelecting,
  isSelected,
  selectMatching,
  sizeOf,
  toggle,
  useSelection,
  type Within,
} from './selection';

const row = (id: string, category: string | null, status = 'up') =>
  ({
    id,
    category,
    monitor_type: 'http_ping',
    tags: [],
    current_status: { status },
  }) as unknown as Service;
const calm = 'maintenance,up,pending,paused';
const web: Within = {
  rows: [row('w1', 'Web'), row('w2', 'Web'), row('w3', 'Web')],
  asked: { category: 'Web', status: calm },
};
const none: Within = {
  rows: [row('n1', null), row('n2', null)],
  asked: { uncategorised: true, status: calm },
};
const attention: Within = {
  rows: [row('a1', 'Web', 'down')],
  asked: { status: 'down,degraded,unknown' },
};
const lists = [web, none, attention];
const ticked = () =>
  lists.flatMap(({ rows, asked }) =>
    rows.filter((one) => isSelected(one, asked)).map(({ id }) => id),
  );
const size = () => sizeOf(renderHook(useSelection).result.current);
const one = (id: string): [Service, Within] => {
  for (const within of lists) {
    const found = within.rows.find((row) => row.id === id);
    if (found !== undefined) return [found as Service, within];
  }
  throw new Error(`no row ${id}`);
};

beforeEach(endSelecting);

it('all of one category ticks its own rows and no others', () => {
  selectMatching(web.asked, 3);
  expect(ticked()).toEqual(['w1', 'w2', 'w3']);
  selectMatching(none.asked, 2);
  expect(ticked()).toEqual(['n1', 'n2']);
  selectMatching({}, 6);
  expect(ticked()).toEqual(['w1', 'w2', 'w3', 'n1', 'n2', 'a1']);
});

it('what was searched for is ticked where it was searched for', () => {
  selectMatching({ q: 'eu' }, 3);
  expect(ticked()).toEqual([]);
  expect(isSelected(row('w1', 'Web'), { q: 'eu', category: 'Web' })).toBe(true);
});

it('unticking one of all leaves the others selected, and ticking it again takes it in', () => {
  selectMatching(web.asked, 3);
  toggle(...one('w2'));
  expect([ticked(), size()]).toEqual([['w1', 'w3'], 2]);
  toggle(...one('w2'));
  expect([ticked(), size()]).toEqual([['w1', 'w2', 'w3'], 3]);
});

it('one of another category comes beside all of one', () => {
  selectMatching(web.asked, 3);
  toggle(...one('n1'));
  expect([ticked(), size()]).toEqual([['w1', 'w2', 'w3', 'n1'], 4]);
  toggle(...one('n1'));
  expect([ticked(), size()]).toEqual([['w1', 'w2', 'w3'], 3]);
});

it('a range begins where the last tick was set', () => {
  toggle(...one('w1'));
  toggle(...one('w3'), true);
  expect(ticked()).toEqual(['w1', 'w2', 'w3']);
});
