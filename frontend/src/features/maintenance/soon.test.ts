import { expect, it } from 'vitest';
import type { MaintenanceWindow, SoonWindow } from '@/api/maintenance';
import { covers, coversInShort, nearWindows } from './soon';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const window = (title: string, from: string, until: string): SoonWindow => ({
  id: title,
  title,
  from: `2026-11-${from}:00Z`,
  until: `2026-11-${until}:00Z`,
  categories: null,
  more_categories: 0,
  services: null,
});

it('windows are shown that are not over; what runs and what ends or begins first is on top', () => {
  const list = [
    window('tomorrow', '29T11:59', '29T13:00'),
    window('tonight', '28T22:00', '28T23:00'),
    window('began since it was read', '28T12:00', '28T14:00'),
    window('ends sooner', '28T11:00', '28T13:00'),
    window('ended since it was read', '28T11:00', '28T12:00'),
  ];
  expect(
    nearWindows(list, NOW).map(({ window, active, moment }) => [window.title, active, moment]),
  ).toEqual([
    ['ends sooner', true, '2026-11-28T13:00:00Z'],
    ['began since it was read', true, '2026-11-28T14:00:00Z'],
    ['tonight', false, '2026-11-28T22:00:00Z'],
    ['tomorrow', false, '2026-11-29T11:59:00Z'],
  ]);
});

it('a window says what it is about', () => {
  const one = { categories: null, service_ids: null } as MaintenanceWindow;
  expect(covers(one)).toBe('all services');
  expect(covers({ ...one, categories: ['Shop', 'Home'] })).toBe('in Shop, Home');
  expect(covers({ ...one, service_ids: ['a', 'b'] })).toBe('2 services');
});

it('a window in short says how much it does not name', () => {
  const one = window('one', '28T11:00', '28T13:00');
  expect(coversInShort(one)).toBe('all services');
  expect(coversInShort({ ...one, categories: ['Shop'] })).toBe('in Shop');
  expect(coversInShort({ ...one, categories: ['Shop', 'Home'], more_categories: 7 })).toBe(
    'in Shop, Home and 7 more',
  );
  expect(coversInShort({ ...one, services: 900 })).toBe('900 services');
});
