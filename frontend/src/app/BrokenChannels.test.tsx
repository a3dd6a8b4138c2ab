import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { afterEach, expect, it } from 'vitest';
import type { BrokenChannel } from '@/api/contract';
import { keys } from '@/api/keys';
import { hold, release } from '@/lib/hold';
import { BrokenChannels } from './BrokenChannels';

const ops: BrokenChannel = {
  id: 'c1',
  name: '#ops',
  since: new Date(new Date().setHours(12, 4, 0, 0)).toISOString(),
  reason: 'Slack answered 404: no_team.',
};
const pager: BrokenChannel = { ...ops, id: 'c2', name: 'Pager' };

function show(channels: readonly BrokenChannel[] | undefined, role = 'owner') {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } });
  client.setQueryData(keys.me, { role });
  const page = (now: readonly BrokenChannel[] | undefined) => (
    <QueryClientProvider client={client}>
      <MemoryRouter>
        <BrokenChannels channels={now} />
      </MemoryRouter>
    </QueryClientProvider>
  );
  const { rerender } = render(page(channels));
  return (now: readonly BrokenChannel[]) => rerender(page(now));
}
const said = () => screen.queryByRole('complementary')?.textContent;
const link = () => screen.getByRole('link').getAttribute('href');

afterEach(() => act(release));

it('one channel is named with its reason, and the way leads to it', () => {
  show([ops]);
  expect(said()).toMatch(
    /^#ops takes no notices since 12:04(.PM)?: Slack answered 404: no_team\. /,
  );
  expect(link()).toBe('/notices/c1');
});

it('of an earlier day the day is said too', () => {
  show([{ ...ops, since: '2026-01-05T12:04:00Z' }]);
  expect(said()).toMatch(/since .*Jan/);
});

it('several are counted, and the way leads to the list', () => {
  show([ops, pager]);
  expect(said()).toMatch(/^2 channels take no notices\./);
  expect(link()).toBe('/notices');
});

it('nothing is said while all take them, and to those who may only look', () => {
  show([]);
  show(undefined);
  show([ops], 'viewer');
  expect(said()).toBeUndefined();
});

it('what comes or goes waits while somebody points at the list', () => {
  const now = show([]);
  act(hold);
  now([ops]);
  expect(said()).toBeUndefined();
  act(release);
  expect(said()).toMatch(/^#ops/);
  act(hold);
  now([]);
  expect(said()).toMatch(/^#ops/);
  act(release);
  expect(said()).toBeUndefined();
});
