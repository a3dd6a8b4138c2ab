/** Incidents: lists and single ones. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { IncidentDetail } from './contract';
import { keys } from './keys';
import { pollWhileAway } from './live';
import { isPageError } from './problem';
import { api, asked, body, page } from './transport';

export interface IncidentFilters {
  service_id?: string | undefined;
  type?: string | undefined;
  status?: string | undefined;
}

export const incidentsQuery = (filters: IncidentFilters = {}, limit = 50) =>
  infiniteQueryOptions({
    queryKey: keys.incidentList({ ...filters, limit }),
    queryFn: ({ pageParam, signal }) =>
      page(
        api.GET('/api/incidents', {
          params: { query: asked({ ...filters, limit, cursor: pageParam }) },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: pollWhileAway,
  });

export const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: keys.incident(id),
    queryFn: ({ signal }) =>
      body<IncidentDetail>(api.GET('/api/incidents/{id}', { params: { path: { id } }, signal })),
    refetchInterval: pollWhileAway,
    throwOnError: isPageError,
  });
