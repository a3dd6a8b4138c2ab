import { expect, it } from 'vitest';
import { tiling } from './tiling';

const places = (n: number) => Array.from({ length: n }, (_, place) => place);

it('fills every row to its end, whatever the number and the screen', () => {
  for (const ratio of [16 / 9, 4 / 3, 1, 9 / 16, 32 / 9]) {
    for (let n = 1; n <= 24; n += 1) {
      const { columns, rows, span } = tiling(n, ratio);
      let filled = 0;
      let begun = 0;
      for (const place of places(n)) {
        filled += span(place);
        begun += 1;
        if (filled % columns === 0) begun = 0;
        else expect(filled % columns).toBeGreaterThanOrEqual(begun);
      }
      expect(begun).toBe(0);
      expect(filled).toBe(rows * columns);
    }
  }
});

it('gives the first tiles the most room where rows are not equal', () => {
  const { span } = tiling(10, 16 / 9);
  const widths = places(10).map(span);
  expect(widths).toEqual([...widths].sort((a, b) => b - a));
  expect(new Set(widths).size).toBe(2);
});

it('follows the shape of the screen', () => {
  expect(tiling(12, 9 / 16).rows).toBeGreaterThan(tiling(12, 16 / 9).rows);
  expect(tiling(9, 16 / 9)).toMatchObject({ rows: 3, columns: 3 });
});

it('has a row for nothing at all', () => {
  expect(tiling(0, 16 / 9)).toMatchObject({ rows: 1, columns: 1 });
});
