import { expect, it } from 'vitest';
import { spark } from './sparkline';

it('a line needs two points', () => {
  expect(spark([], 10, 10)).toBeNull();
  expect(spark([null, 5, null], 10, 10)).toBeNull();
});

it('a gap stays a gap, and a lonely point a dot', () => {
  const drawn = spark([10, 20, null, 20, null, 10, 10], 60, 10);
  expect(drawn?.path).toBe('M0 10L10 0M50 10L60 10');
  expect(drawn?.dots).toEqual([[30, 0]]);
});

it('noise is no mountain', () => {
  const ys = [...(spark([100, 104, 98], 20, 10)?.path ?? '').matchAll(/ ([\d.]+)/g)];
  for (const [, y] of ys) expect(Number(y)).toBeGreaterThan(9);
});
