import { expect, it } from 'vitest';
import { tiling } from './tiling';

it('holds every tile and leaves no row or column empty', () => {
  for (const ratio of [16 / 9, 4 / 3, 1, 9 / 16, 32 / 9]) {
    for (let n = 1; n <= 24; n += 1) {
      const { columns, rows } = tiling(n, ratio);
      expect(columns * rows).toBeGreaterThanOrEqual(n);
      expect(columns * (rows - 1)).toBeLessThan(n);
    }
  }
});

it('follows the shape of the screen', () => {
  const wide = tiling(10, 16 / 9);
  const tall = tiling(10, 9 / 16);
  expect(wide.columns).toBeGreaterThan(tall.columns);
  expect(tall.rows).toBeGreaterThan(tall.columns);
});
