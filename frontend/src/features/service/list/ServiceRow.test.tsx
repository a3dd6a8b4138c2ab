import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, fireEvent, render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { afterEach, expect, it } from 'vitest';
import type { Service } from '@/api/contract';
import { keys } from '@/api/keys';
import { chooseSingleKeys } from '@/lib/single-keys';
import { ServiceRow } from './ServiceRow';
import { endSelecting, isSelected } from './selection';

const service = {
  id: 'a',
  name: 'Shop',
  monitor_type: 'http_ping',
  url: 'https://shop.example.com',
  vendor: null,
  category: null,
  tags: [],
  uptime_24h: 100,
  uptime_30d_bar: [],
  latency_24h: [],
  created_at: '2026-01-01T00:00:00Z',
  current_status: { status: 'up', response_time: 80, reason: null },
} as unknown as Service;

function row() {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } });
  client.setQueryData(keys.me, { role: 'owner' });
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter>
        <ServiceRow
          service={service}
          selected={false}
          within={{ current: { rows: [service], asked: {} } }}
        />
      </MemoryRouter>
    </QueryClientProvider>,
  );
}
const link = () => screen.getByRole('link', { name: 'Shop' });
const press = (element: HTMLElement) => act(() => void fireEvent.keyDown(element, { key: 'x' }));

afterEach(() => {
  act(() => endSelecting());
  chooseSingleKeys(true);
});

it('x selects a row, but for who has switched single keys off', () => {
  row();
  chooseSingleKeys(false);
  press(link());
  expect(isSelected(service, {})).toBe(false);
  chooseSingleKeys(true);
  press(link());
  expect(isSelected(service, {})).toBe(true);
});

it('in an open menu x is a letter like any other', () => {
  row();
  fireEvent.click(screen.getByRole('button', { name: 'Actions for Shop' }));
  press(screen.getByRole('menuitem', { name: 'Pause' }));
  expect(isSelected(service, {})).toBe(false);
});
