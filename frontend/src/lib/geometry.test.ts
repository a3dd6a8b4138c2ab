import { describe, expect, it } from 'vitest';
import { heightOf, inView, pagesOf, place, shift } from './geometry';

const sizes = { head: 40, row: 10 };
const blocks = [
  { key: 'a', rows: 3 },
  { key: 'closed', rows: 0 },
  { key: 'b', rows: 1000 },
];
const placed = place(blocks, sizes);

describe('a long list', () => {
  it('is as high as its heads and rows, seen or not', () => {
    expect(placed.map(({ top }) => top)).toEqual([0, 70, 110]);
    expect(heightOf(placed)).toBe(110 + 40 + 10_000);
    expect(heightOf([])).toBe(0);
  });

  it('draws exactly what is in view, whatever that is', () => {
    for (let top = -50; top < 10_300; top += 7) {
      const drawn = new Set<string>();
      for (const { key, from, to } of inView(placed, sizes, top, top + 100)) {
        for (let row = from; row < to; row += 1) drawn.add(`${key}${row}`);
      }
      const seen = new Set<string>();
      for (const { key, rows, top: begin } of placed) {
        for (let row = 0; row < rows; row += 1) {
          const y = begin + 40 + row * 10;
          if (y < top + 100 && y + 10 > top) seen.add(`${key}${row}`);
        }
      }
      expect(drawn).toEqual(seen);
    }
  });

  it('shows the head of a block that is closed', () => {
    expect(inView(placed, sizes, 75, 100)).toEqual([{ key: 'closed', from: 0, to: 0 }]);
  });

  it('knows the pages of a span', () => {
    expect(pagesOf({ from: 49, to: 101 }, 50)).toEqual([0, 1, 2]);
    expect(pagesOf({ from: 50, to: 100 }, 50)).toEqual([1]);
    expect(pagesOf({ from: 5, to: 5 }, 50)).toEqual([]);
  });
});

describe('when something appears above', () => {
  it('what was read stays where it is', () => {
    const after = place([{ key: 'new', rows: 2 }, ...blocks], sizes);
    expect(shift(placed, after, 500)).toBe(60);
    expect(shift(after, placed, 560)).toBe(-60);
    expect(shift(placed, place(blocks.slice(0, 2), sizes), 500)).toBe(0);
  });
});
