import { expect, it } from 'vitest';
import type { MaintenanceWindow } from '@/api/maintenance';
import { covers, soonWindows } from './soon';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const window = (title: string, span: [from: string, until: string] | null): MaintenanceWindow => ({
  id: title,
  title,
  begins: '2026-11-01T02:00:00',
  zone: 'Europe/Berlin',
  duration_s: 3600,
  rule: null,
  categories: null,
  service_ids: null,
  // As it was when the list was read.
  active: false,
  next: span && { from: `2026-11-${span[0]}:00Z`, until: `2026-11-${span[1]}:00Z` },
});

it('windows are shown that run or begin within a day; what runs and what ends or begins first is on top', () => {
  const list = [
    window('tomorrow', ['29T11:59', '29T13:00']),
    window('in a day', ['29T12:00', '29T13:00']),
    window('tonight', ['28T22:00', '28T23:00']),
    window('began since it was read', ['28T12:00', '28T14:00']),
    window('ends sooner', ['28T11:00', '28T13:00']),
    window('ended since it was read', ['28T11:00', '28T12:00']),
    window('over', null),
  ];
  expect(
    soonWindows(list, NOW).map(({ window, active, moment }) => [window.title, active, moment]),
  ).toEqual([
    ['ends sooner', true, '2026-11-28T13:00:00Z'],
    ['began since it was read', true, '2026-11-28T14:00:00Z'],
    ['tonight', false, '2026-11-28T22:00:00Z'],
    ['tomorrow', false, '2026-11-29T11:59:00Z'],
  ]);
});

it('a window says what it is about', () => {
  const one = window('one', null);
  expect(covers(one)).toBe('all services');
  expect(covers({ ...one, categories: ['Shop', 'Home'] })).toBe('in Shop, Home');
  expect(covers({ ...one, service_ids: ['a', 'b'] })).toBe('2 services');
});
