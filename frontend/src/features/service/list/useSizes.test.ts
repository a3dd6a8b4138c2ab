import { renderHook } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import type { Density } from '@/api/contract';
import { useSizes } from './useSizes';

const WIDE = '(min-width: 48rem)';
const TOUCHED = '(pointer: coarse)';

/** How high a row is, in pixels, where these media queries match. */
function rowAt(density: Density, ...matching: string[]): number {
  vi.stubGlobal('matchMedia', (query: string) => ({
    matches: matching.includes(query),
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }));
  return renderHook(() => useSizes(density)).result.current.row;
}

afterEach(() => {
  vi.unstubAllGlobals();
  document.documentElement.style.fontSize = '';
});

it('a compact row has two thirds of the height of a comfortable one', () => {
  const part = rowAt('compact', WIDE) / rowAt('comfortable', WIDE);
  expect(part).toBeGreaterThan(0.63);
  expect(part).toBeLessThan(0.7);
});

it('a finger finds 44 px between the edges of any row, however small the type', () => {
  expect(rowAt('compact', WIDE, TOUCHED)).toBe(46);
  document.documentElement.style.fontSize = '10px';
  expect(rowAt('comfortable', WIDE, TOUCHED)).toBe(46);
  expect(rowAt('compact', TOUCHED)).toBe(46);
});

it('on a phone rows are as high as they are, and grow with the type', () => {
  expect(rowAt('compact')).toBe(rowAt('comfortable'));
  document.documentElement.style.fontSize = '20px';
  expect(rowAt('compact')).toBe(85);
  expect(rowAt('compact', WIDE)).toBe(47.5);
});
