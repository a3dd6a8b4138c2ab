import { expect, it } from 'vitest';
import type { LatencyPoint } from '@/api/contract';
import { beginOf, figuresOf, lonePoints, rowsOf } from './latency-series';

const point = (minute: number, p50: number | null): LatencyPoint => ({
  t: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
  p50,
  p95: p50 === null ? null : p50 * 2,
  max: p50 === null ? null : p50 * 3,
  up: p50 === null ? 0 : 300,
  degraded: 0,
  down: 0,
  unknown: 0,
});

it('missing points make a hole that no line crosses', () => {
  const rows = rowsOf([0, 5, 10, 40, 45].map((minute) => point(minute, 80)));
  expect(rows.map(({ p50 }) => p50)).toEqual([80, 80, 80, null, null, 80, 80]);
});

it('a full series is left as it is', () => {
  expect(rowsOf([0, 5, 10].map((minute) => point(minute, 1)))).toHaveLength(3);
  expect(rowsOf([])).toEqual([]);
});

it('figures leave out what was not observed', () => {
  expect(figuresOf([point(0, 10), point(5, null), point(10, 30)])).toEqual({
    median: 30,
    p95: 60,
    max: 90,
  });
  expect(figuresOf([point(0, null)])).toEqual({ median: null, p95: null, max: null });
});

it('points between two holes are shown as dots', () => {
  const rows = rowsOf([
    point(0, 1),
    point(5, null),
    point(10, 2),
    point(15, null),
    point(20, 3),
    point(25, 4),
  ]);
  expect([...lonePoints(rows)]).toEqual([rows[0]?.t, rows[2]?.t]);
});

it('a young service fills its chart', () => {
  const to = Date.UTC(2026, 0, 2);
  const at = (minutesAgo: number, p50: number | null) => ({
    ...point(0, p50),
    t: new Date(to - minutesAgo * 60_000).toISOString(),
  });
  const rows = rowsOf([at(1430, null), at(10, null), at(5, 9)]);
  expect(beginOf(rows, to, '24h')).toBe(to - 30 * 60_000);
  expect(beginOf([], to, '24h')).toBe(to - 86_400_000);
});

it('an outage whose error pages came fast is a gap, and lowers no figure', () => {
  const outage = { ...point(10, 2), up: 0, down: 300 };
  const points = [point(0, 90), point(5, 90), outage, point(15, 90)];
  expect(rowsOf(points).map(({ p50 }) => p50)).toEqual([90, 90, null, 90]);
  expect(figuresOf(points)).toEqual({ median: 90, p95: 180, max: 270 });
  expect(figuresOf([outage, outage, point(15, 90)]).median).toBe(90);
});
