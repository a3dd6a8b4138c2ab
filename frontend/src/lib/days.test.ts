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
const frame = { createdAt: '2026-01-01T08:00:00Z', now: Date.parse('2026-03-11T12:00:00Z') };
const DAY_S = 86_400;

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
    ['hatched', { status: 'down', down_s: 60, coverage: 10 }],
    ['hatched', { status: 'degraded', degraded_s: 60, coverage: 10 }],
    ['degraded', { status: 'degraded', down_s: 10, degraded_s: 3000, coverage: 10 }],
    ['maintenance', { status: 'none', coverage: null, uptime: null, maintenance_s: DAY_S }],
    ['maintenance', { status: 'none', coverage: 0, uptime: null, maintenance_s: DAY_S - 40 }],
    ['maintenance', { coverage: 20, maintenance_s: DAY_S / 2 }],
    ['maintenance', { maintenance_s: DAY_S - 600 }],
    ['hatched', { status: 'none', coverage: 0, uptime: null, maintenance_s: 3600 }],
    ['up', { maintenance_s: 3600 }],
    ['down-notch', { status: 'down', down_s: 60, maintenance_s: 3600 }],
    ['down', { status: 'down', down_s: 300, maintenance_s: DAY_S - 300 }],
    ['outlined', { date: '2025-12-31', status: 'none' }],
  ] as const)('is %s for %o', (look, part) => {
    expect(lookOf(day(part), frame)).toBe(look);
  });

  it('of maintenance is blue by how much of it has passed since the service exists', () => {
    const facts = { status: 'none', coverage: 0, uptime: null, maintenance_s: 3 * 3600 } as const;
    const today = day({ ...facts, date: '2026-03-11' });
    const first = day({ ...facts, date: '2026-03-10' });
    expect(lookOf(today, { ...frame, now: Date.parse('2026-03-11T05:00:00Z') })).toBe(
      'maintenance',
    );
    expect(lookOf(today, frame)).toBe('hatched');
    expect(lookOf(first, { ...frame, createdAt: '2026-03-10T19:00:00Z' })).toBe('maintenance');
    expect(
      lookOf(day({ ...facts, date: '2026-03-11', maintenance_s: 0 }), {
        ...frame,
        now: Date.parse('2026-03-11'),
      }),
    ).toBe('hatched');
  });

  it('is full where an older server sends no seconds', () => {
    expect(lookOf({ date: '2026-03-10', status: 'down' }, frame)).toBe('down');
    expect(lookOf({ date: '2026-03-10', status: 'degraded' }, frame)).toBe('degraded');
  });
});

describe('the words of a day', () => {
  it('tell downtime, uptime and how much was observed', () => {
    const { lines } = dayText(
      day({ status: 'down', down_s: 720, uptime: 99.16, coverage: 98.61 }),
      frame,
    );
    expect(lines.map((line) => line.replaceAll('\u00a0', ' '))).toEqual([
      '12 min down',
      '99.16 % uptime',
      '98.61 % observed',
    ]);
  });

  it('promise nothing about the rest of today', () => {
    expect(dayText(day(), { ...frame, now: Date.parse('2026-03-10T09:00:00Z') }).lines[0]).toBe(
      'Up so far',
    );
    expect(dayText(day(), frame).lines[0]).toBe('Up all day');
  });

  it('give no figures for days before the service existed', () => {
    expect(dayText(day({ date: '2025-12-30' }), frame).lines).toEqual(['Not watched yet']);
  });
});

it('a bar is summed up in one sentence', () => {
  const days = [
    day(),
    day({ status: 'down', down_s: 20 }),
    day({ status: 'down', down_s: 900 }),
    day({ coverage: 3 }),
    day({ status: 'none', coverage: null, uptime: null, maintenance_s: DAY_S }),
  ];
  expect(summaryOf(days, frame)).toBe(
    'Last 5 days: 2 with downtime, 1 under maintenance, 1 up all day, 1 hardly observed',
  );
});
