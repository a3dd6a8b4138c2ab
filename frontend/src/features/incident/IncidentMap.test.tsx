import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { afterEach, expect, it, vi } from 'vitest';
import type { Incident } from '@/api/contract';
import { incidentSpansQuery } from '@/api/incidents';
import { keys } from '@/api/keys';
import { IncidentMap } from './IncidentMap';

const incident = (n: number) =>
  ({
    id: `i${n}`,
    service_id: `s${n % 12}`,
    service_name: `Service ${n % 12}`,
    type: 'downtime',
    started_at: new Date(Date.now() - 60_000).toISOString(),
    resolved_at: null,
  }) as Incident;
const incidents = (n: number) => Array.from({ length: n }, (_, index) => incident(index));

function show(spans: Incident[], total: number, open: number) {
  const client = new QueryClient({
    defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } },
  });
  client.setQueryData(keys.incidentSpans({ range: '30d' }), { spans, total, open });
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter>
        <IncidentMap filters={{}} range="30d" />
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

it('says that only the newest are drawn, and of how many', () => {
  show(incidents(1000), 4200, 1500);
  expect(screen.getByText('The newest 1,000 of 4,200 incidents are drawn.')).toBeDefined();
  expect(
    screen.getByText(/^4,200 incidents in the last 30 days, of at least 12 services; 1,500 open/),
  ).toBeDefined();
});

it('says nothing of the kind where all are drawn; how many services more there are is also said on a phone', () => {
  show(incidents(24), 24, 24);
  expect(screen.queryByText(/are drawn/)).toBeNull();
  expect(
    screen.getByText(/^24 incidents in the last 30 days, of 12 services; 24 open/),
  ).toBeDefined();
  expect(screen.getByText('4 more services').className).not.toContain('hidden');
});

afterEach(() => vi.unstubAllGlobals());

it('counts what one answer cannot hold, and each incident once', async () => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const { searchParams } = new URL(request.url);
    const [kind, total, items] =
      searchParams.get('status') === null
        ? ['begun', 4000, incidents(3)]
        : searchParams.has('until')
          ? ['before', 200, [incident(7)]]
          : ['open', 1500, [incident(0)]];
    asked.push(kind);
    const headers = { 'Content-Type': 'application/json', 'X-Total-Count': String(total) };
    return new Response(JSON.stringify(items), { headers });
  });
  const read = await new QueryClient().fetchQuery(incidentSpansQuery({}, '30d'));
  expect(asked.sort()).toEqual(['before', 'begun', 'open']);
  expect(read).toMatchObject({ total: 4200, open: 1500 });
  expect(read.spans.map(({ id }) => id)).toEqual(['i0', 'i1', 'i2', 'i7']);
});
