import { expect, it } from 'vitest';
import { statusOfLook } from './look-status';

const reason = (code: string) => ({ code, phase: null, sentence: 'It broke.' });

it.each([
  ['up', null, null, 'up'],
  ['down', 'unexpected_status', 'unexpected_status', 'down'],
  ['degraded', 'slow_response', 'slow_response', 'degraded'],
  // A good look after bad ones, and one during maintenance.
  ['down', 'unexpected_status', null, 'up'],
  ['maintenance', null, null, 'up'],
  // A first failure that is looked at again.
  ['up', null, 'connect_refused', null],
  ['maintenance', null, 'connect_refused', null],
  ['degraded', 'slow_response', 'connect_refused', null],
] as const)('%s for %s, and the look met %s: %s', (status, counts, met, seen) => {
  expect(
    statusOfLook(
      { failure: met === null ? null : reason(met) },
      { status, reason: counts === null ? null : reason(counts) },
    ),
  ).toBe(seen);
});
