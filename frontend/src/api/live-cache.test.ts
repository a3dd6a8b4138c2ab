import { type InfiniteData, QueryClient } from '@tanstack/react-query';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Service } from './contract';
import { keys } from './keys';
import { liveCache, patchStatus } from './live-cache';
import type { Page } from './transport';

type List = InfiniteData<Page<Service>, string | null>;

const service = (id: string, status: 'up' | 'down' = 'up') =>
  ({
    id,
    name: id,
    current_status: {
      status,
      response_time: 80,
      checked_at: '2026-01-01T00:00:00Z',
      since: '2025-12-01T00:00:00Z',
    },
  }) as Service;

let client: QueryClient;
const list = () => client.getQueryData<List>(keys.serviceList({}));
const rows = () => list()?.pages.flatMap((page) => page.items) ?? [];

beforeEach(() => {
  client = new QueryClient();
  client.setQueryData<List>(keys.serviceList({}), {
    pages: [
      { items: [service('a'), service('b')], next: null, total: 3 },
      { items: [service('c')], next: null, total: 3 },
    ],
    pageParams: [null],
  });
});

it('a status touches its own row and no other', () => {
  const before = rows();
  patchStatus(client, {
    service_id: 'b',
    status: 'down',
    response_time: null,
    checked_at: '2026-01-01T00:00:30Z',
  });
  const after = rows();
  expect(after[0]).toBe(before[0]);
  expect(after[2]).toBe(before[2]);
  expect(after[1]?.current_status).toMatchObject({
    status: 'down',
    since: '2026-01-01T00:00:30Z',
  });
});

it('the same state keeps its beginning and asks for nothing more', () => {
  const changed = patchStatus(client, {
    service_id: 'a',
    status: 'up',
    response_time: 91,
    checked_at: '2026-01-01T00:00:30Z',
  });
  expect(changed).toBe(false);
  expect(rows()[0]?.current_status).toMatchObject({
    response_time: 91,
    since: '2025-12-01T00:00:00Z',
  });
});

it('an event that was overtaken by a newer one changes nothing', () => {
  const before = list();
  patchStatus(client, {
    service_id: 'a',
    status: 'down',
    response_time: null,
    checked_at: '2025-12-31T23:59:00Z',
  });
  expect(list()).toBe(before);
});

it('a deleted service leaves the list at once', () => {
  liveCache(client)({ name: 'service.changed', data: { service_id: 'c', change: 'deleted' } });
  expect(rows().map(({ id }) => id)).toEqual(['a', 'b']);
});

it('a burst of events refetches each thing once', () => {
  vi.useFakeTimers();
  const invalidate = vi.spyOn(client, 'invalidateQueries');
  const apply = liveCache(client);
  for (let n = 0; n < 50; n += 1) {
    apply({ name: 'incident.changed', data: { incident_id: 'i', service_id: 'a' } });
  }
  expect(invalidate).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(invalidate).toHaveBeenCalledTimes(4);
  vi.useRealTimers();
});

it('an event does not make a list look freshly fetched', async () => {
  await client.invalidateQueries({ queryKey: keys.serviceLists, refetchType: 'none' });
  const query = client.getQueryCache().find({ queryKey: keys.serviceList({}) });
  const event = {
    service_id: 'a',
    status: 'down' as const,
    response_time: null,
    checked_at: '2026-01-01T00:00:30Z',
  };
  const updatedAt = query?.state.dataUpdatedAt;
  patchStatus(client, { ...event, service_id: 'not listed yet' });
  expect(query?.state).toMatchObject({ isInvalidated: true, dataUpdatedAt: updatedAt });
  patchStatus(client, event);
  expect(query?.state).toMatchObject({ isInvalidated: true, dataUpdatedAt: updatedAt });
  expect(rows()[0]?.current_status.status).toBe('down');
});
