import { expect, it } from 'vitest';
import { spansOf } from './phases';

const timings = (part: object) => ({
  timings: { dns_ms: 0, tcp_ms: 0, tls_ms: 0, send_ms: 0, ttfb_ms: 0, transfer_ms: 0, ...part },
});

it('phases follow one another, hop after hop, without those that did not happen', () => {
  expect(
    spansOf([
      timings({ dns_ms: 2, tcp_ms: 3, send_ms: 0.5, ttfb_ms: 4.5 }),
      timings({ tcp_ms: 1, transfer_ms: 1 }),
    ]),
  ).toEqual([
    [
      { phase: 'dns', start: 0, length: 2 },
      { phase: 'tcp', start: 2, length: 3 },
      { phase: 'ttfb', start: 5, length: 5 },
    ],
    [
      { phase: 'tcp', start: 10, length: 1 },
      { phase: 'transfer', start: 11, length: 1 },
    ],
  ]);
});
