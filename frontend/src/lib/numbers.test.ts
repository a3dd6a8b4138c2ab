import { describe, expect, it } from 'vitest';
import { bytes, figuresIn, milliseconds, percent } from './numbers';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('percent', () => {
  it.each([
    [100, '100 %'],
    [99.999, '99.99 %'],
    [99.98, '99.98 %'],
    [99.9, '99.90 %'],
    [0, '0 %'],
    [0.004, '0 %'],
    [null, '–'],
    [undefined, '–'],
  ])('%s reads %s: rounded down, never up', (value, text) => {
    expect(plain(percent(value))).toBe(text);
  });
});

describe('milliseconds', () => {
  it.each([
    [0.4, '<1 ms'],
    [84.4, '84 ms'],
    [999, '999 ms'],
    [999.6, '1.00 s'],
    [1480, '1.48 s'],
    [9996, '10.0 s'],
    [1240, '1.24 s'],
    [12_345, '12.3 s'],
    [null, '–'],
  ])('%s reads %s', (value, text) => {
    expect(plain(milliseconds(value))).toBe(text);
  });
});

it('bytes have decimal units', () => {
  expect([0, 999, 18_432, 2_400_000, 2_577_000_000].map((n) => plain(bytes(n)))).toEqual([
    '0 B',
    '999 B',
    '18.4 kB',
    '2.4 MB',
    '2.6 GB',
  ]);
});

it('every figure is written as the reader writes figures, and no percentage is rounded up', () => {
  const german = figuresIn('de');
  expect(
    [
      german.percent(99.999),
      german.percent(100),
      german.milliseconds(1240),
      german.bytes(18_432),
      german.integer(12_345),
      german.rate(3.44),
      german.rate(1_234.4),
    ].map(plain),
  ).toEqual(['99,99 %', '100 %', '1,24 s', '18,4 kB', '12.345', '3,4', '1.234']);
});
