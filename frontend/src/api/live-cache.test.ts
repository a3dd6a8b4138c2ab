import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { hold, release } from '../lib/hold';
import type { Service } from './contract';
import { keys } from './keys';
import { assumeStatus, liveCache, newestLook, patchStatus, patchStatuses } from './live-cache';
import type { Page } from './transport';

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
const first = keys.servicePage({ number: 0 });
const second = keys.servicePage({ number: 1 });
const page = (key = first) => client.getQueryData<Page<Service>>(key);
const rows = () => [...(page()?.items ?? []), ...(page(second)?.items ?? [])];

beforeEach(() => {
  vi.useFakeTimers();
  client = new QueryClient();
  client.setQueryData<Page<Service>>(first, {
    items: [service('a'), service('b')],
    next: null,
    total: 3,
  });
  client.setQueryData<Page<Service>>(second, { items: [service('c')], next: null, total: 3 });
});
afterEach(() => {
  release();
  vi.useRealTimers();
});

it('a status touches its own row and no other', () => {
  const before = rows();
  const other = page(second);
  patchStatus(client, {
    service_id: 'b',
    status: 'down',
    response_time: null,
    checked_at: '2026-01-01T00:00:30Z',
  });
  const after = rows();
  expect(after[0]).toBe(before[0]);
  expect(page(second)).toBe(other);
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
  const before = page();
  patchStatus(client, {
    service_id: 'a',
    status: 'down',
    response_time: null,
    checked_at: '2025-12-31T23:59:00Z',
  });
  expect(page()).toBe(before);
});

it('a deleted service says so in its place', () => {
  liveCache(client)({ name: 'service.changed', data: { service_id: 'c', change: 'deleted' } });
  expect(rows().map(({ gone }) => gone)).toEqual([undefined, undefined, true]);
});

it('a burst of events refetches each thing once', () => {
  const invalidate = vi.spyOn(client, 'invalidateQueries');
  const apply = liveCache(client);
  for (let n = 0; n < 50; n += 1) {
    apply({ name: 'incident.changed', data: { incident_id: 'i', service_id: 'a' } });
  }
  expect(invalidate).not.toHaveBeenCalled();
  vi.runAllTimers();
  const asked = invalidate.mock.calls.map(([filters]) => JSON.stringify(filters?.queryKey));
  expect(new Set(asked).size).toBe(4);
  expect(asked).toHaveLength(8);
});

it('a first answer that was on its way when something happened is asked for again', async () => {
  const answer: ((said: string) => void)[] = [];
  const observer = new QueryObserver(client, {
    queryKey: keys.summary,
    queryFn: () => new Promise<string>((resolve) => answer.push(resolve)),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const leave = observer.subscribe(() => undefined);
  liveCache(client)({ name: 'resync', data: null });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(answer).toHaveLength(1);
  answer[0]?.('old');
  await vi.advanceTimersByTimeAsync(2_000);
  answer[1]?.('new');
  await vi.advanceTimersByTimeAsync(60_000);
  expect([answer.length, observer.getCurrentResult().data]).toEqual([2, 'new']);
  leave();
});

it('what was answered before the stream opened is asked for again, and what is on its way is not', async () => {
  const asked: string[] = [];
  const leaves = [keys.summary, keys.openIncidents, keys.me].map((queryKey) => {
    const queryFn = (): Promise<string> => {
      asked.push(queryKey[0]);
      return queryKey === keys.openIncidents ? new Promise(() => undefined) : Promise.resolve('');
    };
    return new QueryObserver(client, { queryKey, queryFn }).subscribe(() => undefined);
  });
  await vi.advanceTimersByTimeAsync(100);
  liveCache(client)({ name: 'opened', data: null });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked).toEqual(['summary', 'incidents', 'me', 'summary']);
  expect(client.getQueryState(first)?.isInvalidated).toBe(true);
  for (const leave of leaves) leave();
});

it('lists wait for the pointer; what does not move rows does not', () => {
  const apply = liveCache(client);
  client.setQueryData(keys.summary, {});
  const isStale = (key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated;
  hold();
  apply({ name: 'resync', data: null });
  vi.advanceTimersByTime(2_000);
  expect([isStale(keys.summary), isStale(first)]).toEqual([true, false]);
  release();
  expect(isStale(first)).toBe(true);
});

it('what stands above the list waits with it; other lists of incidents do not', () => {
  const apply = liveCache(client);
  const others = keys.incidentList({ limit: 50 });
  client.setQueryData(keys.openIncidents, { items: [], next: null, total: 0 });
  client.setQueryData(others, { pages: [], pageParams: [] });
  const isStale = (key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated;
  hold();
  apply({ name: 'incident.opened', data: { incident_id: 'i', service_id: 'a' } });
  vi.advanceTimersByTime(2_000);
  expect([isStale(others), isStale(keys.openIncidents)]).toEqual([true, false]);
  release();
  expect(isStale(keys.openIncidents)).toBe(true);
});

it('a state that begins with a look is news, also of services that are not on the screen', () => {
  const event = { service_id: 'far', status: 'unknown' as const, response_time: null };
  const at = '2026-01-01T00:00:30Z';
  const news = { ...event, checked_at: at, since: '2026-01-01T00:00:30.000Z' };
  const old = { ...event, checked_at: at, since: '2026-01-01T00:00:00Z' };
  expect(patchStatuses(client, [news]).has('far')).toBe(true);
  expect(patchStatuses(client, [old]).has('far')).toBe(false);
  expect(newestLook()).toBe(Date.parse(at));
});

it('a burst of thousands of looks costs one pass and touches only what is on the screen', () => {
  const apply = liveCache(client);
  const write = vi.spyOn(client, 'setQueryData');
  for (let n = 0; n < 5_000; n += 1) {
    apply({
      name: 'service.status',
      data: {
        service_id: n === 77 ? 'b' : `elsewhere ${n}`,
        status: 'up',
        response_time: n,
        checked_at: '2026-01-01T00:00:30Z',
        since: '2025-12-01T00:00:00Z',
      },
    });
  }
  vi.advanceTimersByTime(1_000);
  expect(write).toHaveBeenCalledOnce();
  expect(rows()[1]?.current_status.response_time).toBe(77);
});

it('an event does not make a list look freshly fetched', async () => {
  await client.invalidateQueries({ queryKey: keys.serviceLists, refetchType: 'none' });
  const query = client.getQueryCache().find({ queryKey: first });
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

it('a state that was only assumed is taken back as it was, and is no look', () => {
  const unseen = { ...service('a'), current_status: { ...service('a').current_status } };
  unseen.current_status.checked_at = null;
  client.setQueryData<Page<Service>>(first, { items: [unseen], next: null, total: 1 });
  const newest = newestLook();
  const takeBack = assumeStatus(client, unseen, 'paused');
  expect(rows()[0]?.current_status).toMatchObject({ status: 'paused', checked_at: null });
  expect(newestLook()).toBe(newest);
  takeBack();
  expect(rows()[0]?.current_status).toEqual(unseen.current_status);
});

it('what came since an assumption stands when that is taken back', () => {
  const takeBack = assumeStatus(client, service('b'), 'paused');
  patchStatus(client, {
    service_id: 'b',
    status: 'down',
    response_time: null,
    checked_at: '2026-01-01T00:00:30Z',
  });
  takeBack();
  expect(rows()[1]?.current_status.status).toBe('down');
});
