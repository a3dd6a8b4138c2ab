import { render, screen, within } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import type { LatencyPoint } from '@/api/contract';
import LatencyChart from './LatencyChart';

it('who does not see the chart reads its figures, and hears of incidents in its name', () => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  vi.stubGlobal('matchMedia', () => ({ matches: true }));
  const now = Date.now();
  const points = Array.from({ length: 288 }, (_, n) => ({
    t: new Date(now - (288 - n) * 300_000).toISOString(),
    p50: 80,
    p95: 120,
    max: n === 287 ? 900 : 300,
    up: n === 287 ? 240 : 300,
    degraded: 0,
    down: n === 287 ? 60 : 0,
    unknown: 0,
  }));
  render(
    <LatencyChart
      points={points as LatencyPoint[]}
      range="24h"
      threshold={2000}
      incidents={[
        {
          type: 'downtime',
          started_at: new Date(now - 3_600_000).toISOString(),
          resolved_at: new Date(now - 3_000_000).toISOString(),
        },
      ]}
      label="Latency over the last 24 h."
    />,
  );
  const [, ...lines] = within(screen.getByRole('table')).getAllByRole('row');
  expect(lines.length).toBe(24);
  expect(lines[0]?.textContent).toMatch(/80.ms120.ms300.ms–$/);
  expect(lines[23]?.textContent).toMatch(/80.ms120.ms900.ms1.min$/);
  expect(screen.getByRole('img', { name: /1 incident: down from .* for 10.min\.$/ })).toBeTruthy();
});
