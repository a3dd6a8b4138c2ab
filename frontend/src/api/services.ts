/** Services: what can be read and done, and how it is kept fresh. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type {
  Check,
  Day,
  LatencyPoint,
  LatencyRange,
  LookResult,
  Service,
  ServiceDraft,
  Summary,
} from './contract';
import { keys } from './keys';
import { pollWhileAway } from './live';
import { isPageError } from './problem';
import { send, sendForPage } from './transport';

const PAGE = 200;
const CHECKS_PAGE = 25;

export interface ServiceFilters {
  q?: string;
  category?: string;
  status?: string;
}

const path = (id: string) => `/api/services/${encodeURIComponent(id)}`;

export const servicesQuery = (filters: ServiceFilters = {}) =>
  infiniteQueryOptions({
    queryKey: keys.serviceList(filters),
    queryFn: ({ pageParam, signal }) =>
      sendForPage<Service>('/api/services', {
        query: { ...filters, sort: 'category', limit: PAGE, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    refetchInterval: pollWhileAway,
  });

export const summaryQuery = () =>
  queryOptions({
    queryKey: keys.summary,
    queryFn: ({ signal }) => send<Summary>('GET', '/api/summary', { signal }),
    refetchInterval: pollWhileAway,
  });

export const serviceQuery = (id: string) =>
  queryOptions({
    queryKey: keys.service(id),
    queryFn: ({ signal }) => send<Service>('GET', path(id), { signal }),
    refetchInterval: pollWhileAway,
    throwOnError: isPageError,
  });

export const latencyQuery = (id: string, range: LatencyRange) =>
  queryOptions({
    queryKey: keys.latency(id, range),
    queryFn: ({ signal }) =>
      send<LatencyPoint[]>('GET', `${path(id)}/latency`, { query: { range }, signal }),
    refetchInterval: 60_000,
    placeholderData: (previous) => previous,
  });

export const daysQuery = (id: string, n: number) =>
  queryOptions({
    queryKey: keys.days(id, n),
    queryFn: ({ signal }) => send<Day[]>('GET', `${path(id)}/days`, { query: { n }, signal }),
    refetchInterval: 300_000,
    placeholderData: (previous) => previous,
  });

export const checksQuery = (id: string, filters: { status?: string | undefined }) =>
  infiniteQueryOptions({
    queryKey: keys.checks(id, filters),
    queryFn: ({ pageParam, signal }) =>
      sendForPage<Check>(`${path(id)}/checks`, {
        query: { ...filters, limit: CHECKS_PAGE, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export const createService = (draft: ServiceDraft) =>
  send<Service>('POST', '/api/services', { body: draft });
export const updateService = (id: string, draft: Partial<ServiceDraft>) =>
  send<Service>('PUT', path(id), { body: draft });
export const deleteService = (id: string, keepalive = false) =>
  send<void>('DELETE', path(id), { keepalive });
export const pauseService = (id: string) => send<Service>('POST', `${path(id)}/pause`);
export const resumeService = (id: string) => send<Service>('POST', `${path(id)}/resume`);
export const lookNow = (id: string) => send<unknown>('POST', `${path(id)}/check`);
export const testService = (draft: Partial<ServiceDraft>, signal?: AbortSignal) =>
  send<LookResult>('POST', '/api/services/test', {
    body: draft,
    ...(signal === undefined ? {} : { signal }),
  });
