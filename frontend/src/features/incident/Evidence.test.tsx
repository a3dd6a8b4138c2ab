import { render, screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Observation, VendorWords } from '@/api/contract';
import { differencesOf, Evidence } from './Evidence';

const reason = (code: string, sentence: string) => ({ code, sentence, phase: null });
const look = (part: Partial<Observation> = {}): Observation =>
  ({
    at: null,
    advisories: [],
    certificate: null,
    evidence: null,
    failure: null,
    unmet: null,
    vendor: null,
    total_ms: 120,
    hops: [{ status: 200, remote: '192.0.2.1', bytes: 10 }],
    ...part,
  }) as Observation;

const rows = (...args: Parameters<typeof differencesOf>) => [...differencesOf(...args)].sort();

it('looks that differ in nothing but how long they took have no mark', () => {
  expect(rows(look({ total_ms: 150 }), look())).toEqual([]);
  expect(rows(look(), null)).toEqual([]);
});

it('what happened is marked where the sentences differ, also for a condition that was not met', () => {
  const failure = reason('http_timeout', 'The server did not answer in time.');
  expect(rows(look({ failure }), look())).toEqual(['result']);
  const unmet = reason('assertion_failed', 'The body does not contain “ok”.');
  expect(rows(look({ unmet }), look())).toEqual(['result']);
  expect(rows(look({ hops: [] }), look())).toEqual(['address', 'status']);
});

it('how long it took is marked where it was too long', () => {
  const slow = reason('slow_response', 'It answered in 900 ms; the limit is 500 ms.');
  expect(rows(look({ total_ms: 900 }), look(), slow)).toEqual(['result', 'total']);
});

it('of a vendor’s page its state, its own word and new incidents are marked', () => {
  const words = (part: Partial<VendorWords>) =>
    look({
      hops: [],
      vendor: {
        status: 'operational',
        raw: 'Fine',
        page_name: 'Forge Status',
        component_name: 'API',
        incidents: [{ id: 'old', name: 'Slow builds', url: null }],
        ...part,
      } as VendorWords,
    });
  const failing = words({
    status: 'major_outage',
    raw: 'Broken',
    incidents: [
      { id: 'old', name: 'Slow builds', url: null },
      { id: 'new', name: 'Elevated errors', url: null },
    ] as VendorWords['incidents'],
  });
  render(
    <Evidence
      evidence={{ first_failed: failing, last_good: words({}) }}
      severity="down"
      cause={undefined}
    />,
  );
  const [first] = screen.getAllByRole('heading', { level: 3 });
  const panel = within(first?.parentElement?.parentElement as HTMLElement);
  const isMarked = (value: string) => panel.getByText(value).closest('.bg-degraded-wash') !== null;
  expect(isMarked('major outage')).toBe(true);
  expect(isMarked('Broken')).toBe(true);
  expect(isMarked('Elevated errors')).toBe(true);
  expect(isMarked('Slow builds')).toBe(false);
  expect(isMarked('Forge Status')).toBe(false);
});
