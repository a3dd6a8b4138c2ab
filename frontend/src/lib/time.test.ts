import { afterEach, describe, expect, it } from 'vitest';
import { byServer, daysUntil, duration, noteServerTime, now, relative } from './time';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');
const MIN = 60_000;

describe('duration', () => {
  it.each([
    [-5, '0 s'],
    [59_999, '59 s'],
    [12 * MIN, '12 min'],
    [60 * MIN, '1 h'],
    [200 * MIN, '3 h 20 min'],
    [24 * 60 * MIN, '1 d'],
    [148 * 60 * MIN, '6 d 4 h'],
    [31.5 * 24 * 60 * MIN, '31 d'],
  ])('%s ms is %s', (ms, text) => {
    expect(plain(duration(ms))).toBe(text);
  });
});

it('relative times look both ways', () => {
  const from = Date.UTC(2026, 0, 1);
  expect(relative(from - 1000, from)).toBe('just now');
  expect(plain(relative(from - 5 * MIN, from))).toBe('5 min ago');
  expect(plain(relative(from + 5 * MIN, from))).toBe('in 5 min');
});

it('days until are whole and negative when past', () => {
  const from = Date.UTC(2026, 0, 10);
  expect(daysUntil(from + 36 * 3_600_000, from)).toBe(1);
  expect(daysUntil(from - 3_600_000, from)).toBe(-1);
});

describe('a wrong clock in the browser', () => {
  afterEach(() => noteServerTime(Date.now()));

  it('is corrected by the server’s', () => {
    noteServerTime(Date.now() + 3_600_000);
    expect(relative(byServer(Date.now()))).toBe('just now');
    expect(now() - Date.now()).toBeGreaterThan(3_590_000);
  });

  it('is left alone within the precision of the Date header', () => {
    noteServerTime(Date.now() + 3_600_000);
    noteServerTime(Date.now() - 1200);
    expect(Math.abs(now() - Date.now())).toBeLessThan(50);
  });
});
