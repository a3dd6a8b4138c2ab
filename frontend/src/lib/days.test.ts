import { describe, expect, it } from 'vitest';
import { type DayFacts, dayText, lookOf, summaryOf } from './days';

const day = (part: Partial<DayFacts> = {}): DayFacts => ({
  date: '2026-03-10',
  status: 'up',
  uptime: 100,
  coverage: 100,
  down_s: 0,
  degraded_s: 0,
  ...part,
});
const created = '2026-01-01';

describe('the look of a day', () => {
  it.each([
    ['up', {}],
    ['down-notch', { status: 'down', down_s: 299 }],
    ['down', { status: 'down', down_s: 300 }],
    ['degraded-notch', { status: 'degraded', degraded_s: 10 }],
    ['degraded', { status: 'degraded', degraded_s: 3000 }],
    ['down-notch', { status: 'down', down_s: 10, degraded_s: 3000 }],
    ['hatched', { coverage: 49.9 }],
    ['up', { coverage: 50 }],
    ['hatched', { status: 'none', coverage: null, uptime: null }],
    ['down', { status: 'down', down_s: 4000, coverage: 20 }],
    ['maintenance', { status: 'maintenance' }],
    ['outlined', { date: '2025-12-31', status: 'none' }],
  ] as const)('is %s for %o', (look, part) => {
    expect(lookOf(day(part), created)).toBe(look);
  });

  it('is full where an older server sends no seconds', () => {
    expect(lookOf({ date: '2026-03-10', status: 'down' }, created)).toBe('down');
    expect(lookOf({ date: '2026-03-10', status: 'degraded' }, created)).toBe('degraded');
  });
});

describe('the words of a day', () => {
  it('tell downtime, uptime and how much was observed', () => {
    const { lines } = dayText(
      day({ status: 'down', down_s: 720, uptime: 99.16, coverage: 98.61 }),
      created,
      '2026-03-11',
    );
    expect(lines.map((line) => line.replaceAll('\u00a0', ' '))).toEqual([
      '12 min down',
      '99.16 % uptime',
      '98.61 % observed',
    ]);
  });

  it('promise nothing about the rest of today', () => {
    expect(dayText(day(), created, '2026-03-10').lines[0]).toBe('Up so far');
    expect(dayText(day(), created, '2026-03-11').lines[0]).toBe('Up all day');
  });

  it('give no figures for days before the service existed', () => {
    expect(dayText(day({ date: '2025-12-30' }), created, '2026-03-11').lines).toEqual([
      'Not watched yet',
    ]);
  });
});

it('a bar is summed up in one sentence', () => {
  const days = [
    day(),
    day({ status: 'down', down_s: 20 }),
    day({ status: 'down', down_s: 900 }),
    day({ coverage: 3 }),
  ];
  expect(summaryOf(days, created)).toBe(
    'Last 4 days: 2 with downtime, 1 up all day, 1 hardly observed',
  );
});
