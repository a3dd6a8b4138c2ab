import { expect, it } from 'vitest';
import { lanesOf, type Span } from './lanes';

const HOUR = 3_600_000;
const at = (hour: number) => new Date(hour * HOUR).toISOString();
const span = (service: string, from: number, to: number | null): Span => ({
  id: `${service} ${from}`,
  service_id: service,
  service_name: service.toUpperCase(),
  started_at: at(from),
  resolved_at: to === null ? null : at(to),
});
const axis = { from: 100 * HOUR, to: 200 * HOUR, most: 3 };

it('open trouble comes first, then what broke most recently', () => {
  const { shown } = lanesOf([span('a', 190, 191), span('b', 120, null), span('c', 195, 196)], axis);
  expect(shown.map(({ name }) => name)).toEqual(['B', 'C', 'A']);
});

it('spans of one service share its line, cut to the axis', () => {
  const { shown } = lanesOf([span('a', 90, 110), span('a', 150, null), span('a', 1, 99)], axis);
  expect(shown).toHaveLength(1);
  expect(shown[0]?.spans.map(({ start, length }) => [start, length])).toEqual([
    [0, 0.1],
    [0.5, 0.5],
  ]);
});

it('services beyond the last line are counted', () => {
  const many = ['a', 'b', 'c', 'd', 'e'].map((name, index) => span(name, 110 + index, 120));
  const { shown, more } = lanesOf(many, axis);
  expect(shown.map(({ id }) => id)).toEqual(['e', 'd', 'c']);
  expect(more).toBe(2);
  expect(lanesOf([], axis)).toEqual({ shown: [], more: 0 });
});
