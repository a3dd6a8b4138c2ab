import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { expect, it, vi } from 'vitest';
import type { LatencyPoint, Service } from '@/api/contract';
import { LatencySection } from './LatencySection';

const read = vi.hoisted(() => vi.fn());
vi.mock('@/api/services', () => ({ latencyQuery: () => ({ queryKey: ['one'], queryFn: read }) }));
vi.mock('./LatencyChart', () => ({ default: () => null }));

const point = { t: '2026-01-01T00:00:00Z', p50: 80, p95: 120, max: 300, up: 300, degraded: 0 };

async function legend(threshold: number): Promise<HTMLElement> {
  read.mockResolvedValue([point as LatencyPoint]);
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter>
        <LatencySection
          service={{ id: 'a', degraded_threshold_ms: threshold } as Service}
          incidents={[]}
        />
      </MemoryRouter>
    </QueryClientProvider>,
  );
  await screen.findByText(/^120.ms$/);
  return screen.getByText('Degraded above');
}

it('the limit has a mark where its line is drawn', async () => {
  expect((await legend(150)).previousElementSibling).not.toBeNull();
});

it('a limit far above all answers has none: no line is there', async () => {
  expect((await legend(2000)).previousElementSibling).toBeNull();
});

it('figures of a range are called typical, because they are middles of middles', async () => {
  await legend(2000);
  expect(screen.getByText('Typical median').nextElementSibling?.textContent).toMatch(/^80.ms$/);
  expect(screen.getByText('Typical 95th percentile')).toBeTruthy();
});
