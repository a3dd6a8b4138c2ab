/** Incidents: lists and single ones. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { isHeld } from '../lib/hold';
import { type Range, rangeMs } from '../lib/ranges';
import { now } from '../lib/time';
import type { Incident, IncidentDetail } from './contract';
import { keys } from './keys';
import { pollWhileAway } from './live';
import { isPageError } from './problem';
import { api, asked, body, type Page, page } from './transport';

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

/** The newest of the open ones, for above the dashboard's list; they wait as that does while somebody points at it. */
export const openIncidentsQuery = (limit: number) =>
  queryOptions({
    queryKey: keys.openIncidents,
    queryFn: ({ signal }) =>
      page<Incident>(
        api.GET('/api/incidents', { params: { query: { status: 'open', limit } }, signal }),
      ),
    refetchInterval: () => (isHeld() ? false : pollWhileAway()),
  });

/** The most that one answer holds; a drawing of more would show no more. */
const MOST_SPANS = 1000;
const MOST_OPEN = 200;

export interface Spans {
  spans: Incident[];
  /** How many there are, drawn or not. */
  total: number;
  /** How many of all are open. */
  open: number;
}

type Counted = Pick<Page<Incident>, 'items' | 'total'>;
const none: Counted = { items: [], total: 0 };
const countOf = ({ items, total }: Counted): number => total ?? items.length;

/** Everything that began in a range or is still open: for drawing, so all at once. */
export const incidentSpansQuery = (filters: IncidentFilters, range: Range) =>
  queryOptions({
    queryKey: keys.incidentSpans({ ...filters, range }),
    queryFn: async ({ signal }): Promise<Spans> => {
      const ask = (more: { since?: string; until?: string; status?: string; limit: number }) =>
        page<Incident>(
          api.GET('/api/incidents', { params: { query: asked({ ...filters, ...more }) }, signal }),
        );
      const since = new Date(now() - rangeMs[range]).toISOString();
      const isOver = filters.status === 'resolved';
      const [begun, before, open] = await Promise.all([
        ask({ since, limit: MOST_SPANS }),
        isOver ? none : ask({ until: since, status: 'open', limit: MOST_OPEN }),
        isOver ? none : ask({ status: 'open', limit: 1 }),
      ]);
      return {
        spans: [...begun.items, ...before.items],
        total: countOf(begun) + countOf(before),
        open: countOf(open),
      };
    },
    refetchInterval: pollWhileAway,
    placeholderData: (previous) => previous,
  });

export const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: keys.incident(id),
    queryFn: ({ signal }) =>
      body<IncidentDetail>(api.GET('/api/incidents/{id}', { params: { path: { id } }, signal })),
    refetchInterval: pollWhileAway,
    throwOnError: isPageError,
  });
