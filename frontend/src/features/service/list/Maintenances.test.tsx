import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { expect, it } from 'vitest';
import type { Maintenance } from '@/api/contract';
import { keys } from '@/api/keys';
import type { SoonWindow } from '@/api/maintenance';
import { Maintenances } from './Maintenances';

const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const announced = (n: number) =>
  ({
    id: `m${n}`,
    name: `Upgrade ${n}`,
    active: true,
    scheduled_for: at(-10),
    scheduled_until: at(50),
    page_name: 'Relay',
    services: 1,
    service_id: 's',
    service_name: 'Relay',
  }) as Maintenance;
const own = (n: number): SoonWindow => ({
  id: `w${n}`,
  title: `Window ${n}`,
  from: at(n),
  until: at(n + 60),
  categories: null,
  more_categories: 0,
  services: 900,
});
const list = <T,>(n: number, make: (n: number) => T) =>
  Array.from({ length: n }, (_, index) => make(index + 1));

function show(vendors: Maintenance[], windows: SoonWindow[], total: number) {
  const client = new QueryClient({
    defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } },
  });
  client.setQueryData(keys.maintenances, vendors);
  client.setQueryData(keys.soonWindows, { items: windows, next: null, total });
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter>
        <Maintenances />
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

it('what vendors announce beyond four is counted, and shown when asked for', () => {
  show(list(7, announced), [], 0);
  expect(screen.getAllByRole('listitem')).toHaveLength(4);
  fireEvent.click(screen.getByRole('button', { name: 'Show 3 more announced' }));
  expect(screen.getAllByRole('listitem')).toHaveLength(7);
  expect(screen.queryByRole('button')).toBeNull();
});

it('four announced ones need no button', () => {
  show(list(4, announced), [], 0);
  expect(screen.getAllByRole('listitem')).toHaveLength(4);
  expect(screen.queryByRole('button')).toBeNull();
});

it('windows of one’s own are counted beyond what the answer holds', () => {
  show([], list(20, own), 23);
  expect(screen.getAllByRole('listitem')).toHaveLength(4);
  expect(screen.getByRole('link', { name: 'and 19 more planned' })).toBeDefined();
  expect(screen.getAllByText('900 services')).toHaveLength(4);
});
