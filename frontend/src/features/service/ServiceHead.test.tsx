import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { beforeEach, expect, it, vi } from 'vitest';
import type { ServiceDetail } from '@/api/contract';
import { ServiceHead } from './ServiceHead';

const live = vi.hoisted(() => ({ connected: true }));
vi.mock('@/api/live', () => ({
  isConnected: () => live.connected,
  lastHeard: () => (live.connected ? Date.now() : 0),
  onConnection: () => () => undefined,
  pollWhileAway: () => false,
}));
vi.mock('@/api/role', () => ({ useMayEdit: () => false }));

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

function show({ status = 'up', looked = 4, fetched = 0, interval = 60 } = {}) {
  const service = {
    id: 'a',
    name: 'Shop',
    url: 'https://shop.example.com',
    category: null,
    vendor: null,
    is_active: status !== 'paused',
    check_interval: interval,
    active_incident: null,
    current_status: { status, since: ago(86_400), checked_at: ago(looked), reason: null },
  } as unknown as ServiceDetail;
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter>
        <ServiceHead service={service} fetchedAt={Date.now() - fetched * 1000} />
      </MemoryRouter>
    </QueryClientProvider>,
  );
  return screen.getByRole('heading', { level: 1 });
}
const glyph = () =>
  screen.getByRole('heading', { level: 1 }).parentElement?.previousElementSibling?.classList;

beforeEach(() => {
  live.connected = true;
});

it('a service that is looked at in time is up, in green, and since when', () => {
  expect(show().textContent).toMatch(/^Shop is up for 1.d$/);
  expect(glyph()).toContain('text-up');
});

it('one whose look is overdue was up when it was last seen, and is grey', () => {
  expect(show({ looked: 2400 }).textContent).toMatch(/^Shop was up when last seen, 40.min ago$/);
  expect(glyph()).toContain('text-unknown');
  expect(glyph()).not.toContain('text-up');
});

it('one that is looked at every hour is not overdue for that long', () => {
  expect(show({ looked: 2400, interval: 3600 }).textContent).toContain('is up');
});

it('without a stream for more than a minute nobody knows how it is now', () => {
  live.connected = false;
  expect(show({ looked: 70, fetched: 61, interval: 300 }).textContent).toContain('was up when');
  expect(glyph()).toContain('text-unknown');
});

it('nobody looks at a paused service: it does not grow old', () => {
  expect(show({ status: 'paused', looked: 90_000 }).textContent).toContain('Shop is paused');
});
