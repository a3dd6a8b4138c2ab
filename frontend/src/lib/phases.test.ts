import { expect, it } from 'vitest';
import { spansOf } from './phases';

const timings = (part: object) => ({
  timings: { dns_us: 0, tcp_us: 0, tls_us: 0, send_us: 0, ttfb_us: 0, transfer_us: 0, ...part },
});

it('phases follow one another, hop after hop, without those that did not happen', () => {
  expect(
    spansOf([
      timings({ dns_us: 2000, tcp_us: 3000, send_us: 500, ttfb_us: 4500 }),
      timings({ tcp_us: 1000, transfer_us: 1000 }),
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
