import { expect, it } from 'vitest';
import { freshnessOf } from './freshness';

const calm = { connected: true, heardAgo: 0, newestAgo: 4000, shortestIntervalMs: 30_000 };

it.each([
  ['a live stream', calm, 'fresh'],
  ['no stream but a poll a moment ago', { ...calm, connected: false, heardAgo: 20_000 }, 'fresh'],
  [
    'no stream and no answer for over a minute',
    { ...calm, connected: false, heardAgo: 61_000 },
    'stale',
  ],
  [
    'looks every five minutes',
    { ...calm, newestAgo: 290_000, shortestIntervalMs: 300_000 },
    'fresh',
  ],
  ['no look although one is overdue', { ...calm, newestAgo: 95_000 }, 'stale'],
  ['nothing looked at yet', { ...calm, newestAgo: null }, 'fresh'],
])('%s is judged rightly', (_, signs, kind) => {
  expect(freshnessOf(signs).kind).toBe(kind);
});

it('tells silence on the line from silence of the workers', () => {
  expect(freshnessOf({ ...calm, connected: false, heardAgo: 70_000 })).toMatchObject({
    away: true,
  });
  expect(freshnessOf({ ...calm, newestAgo: 200_000 })).toMatchObject({
    away: false,
    ageMs: 200_000,
  });
});
