/** Incidents: lists and single ones. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Incident, IncidentDetail } from './contract';
import { keys } from './keys';
import { pollWhileAway } from './live';
import { isPageError } from './problem';
import { send, sendForPage } from './transport';

export interface IncidentFilters {
  service_id?: string | undefined;
  type?: string | undefined;
  status?: string | undefined;
}

export const incidentsQuery = (filters: IncidentFilters = {}, limit = 50) =>
  infiniteQueryOptions({
    queryKey: keys.incidentList({ ...filters, limit }),
    queryFn: ({ pageParam, signal }) =>
      sendForPage<Incident>('/api/incidents', {
        query: { ...filters, limit, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    refetchInterval: pollWhileAway,
  });

export const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: keys.incident(id),
    queryFn: ({ signal }) =>
      send<IncidentDetail>('GET', `/api/incidents/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: pollWhileAway,
    throwOnError: isPageError,
  });
