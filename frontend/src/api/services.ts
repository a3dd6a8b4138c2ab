/** Services: what can be read and done, and how it is kept fresh. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { AskedFilters, Sort } from '@/lib/filters';
import { isHeld } from '@/lib/hold';
import type { Range } from '@/lib/ranges';
import type {
  BulkInput,
  BulkResult,
  Service,
  ServiceDetail,
  ServiceDraft,
  ServiceGroup,
  TestRun,
} from './contract';
import { keys } from './keys';
import { pollWhileAway } from './live';
import { isPageError, LateProblem } from './problem';
import { api, asked, body, type Page, page, tagged } from './transport';

/** Rows of one page of the dashboard. */
export const PAGE = 50;
const GROUPS = 200;
const CHECKS_PAGE = 12;
const SEARCH = 8;
/** Events carry states; uptimes and bars change with every look and are asked for now and then. */
const FIGURES_MS = 60_000;

const figuresToo = (): number => pollWhileAway() || FIGURES_MS;
/** What may move rows waits while somebody points at them. */
const unlessHeld = (): number | false => (isHeld() ? false : figuresToo());

const path = (id: string) => ({ path: { id } });

/** One window of `PAGE` services into a list. */
export const servicePageQuery = (filters: AskedFilters, sort: Sort, number: number) =>
  queryOptions({
    queryKey: keys.servicePage({ ...filters, sort, number }),
    queryFn: ({ signal }): Promise<Page<Service>> =>
      page(
        api.GET('/api/services', {
          params: { query: { ...filters, sort, limit: PAGE, offset: number * PAGE } },
          signal,
        }),
      ),
    refetchInterval: unlessHeld,
  });

/** Categories with their counts; more of them as the reader comes near their end. */
export const groupsQuery = (filters: AskedFilters = {}) =>
  infiniteQueryOptions({
    queryKey: keys.serviceGroups(filters),
    queryFn: ({ pageParam, signal }): Promise<Page<ServiceGroup>> =>
      page(
        api.GET('/api/services/groups', {
          params: { query: asked({ ...filters, limit: GROUPS, cursor: pageParam }) },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: unlessHeld,
    placeholderData: keepPreviousData,
  });

export const tagsQuery = () =>
  queryOptions({
    queryKey: keys.tags,
    queryFn: ({ signal }) => body(api.GET('/api/services/tags', { signal })),
    staleTime: 60_000,
  });

export const maintenancesQuery = () =>
  queryOptions({
    queryKey: keys.maintenances,
    queryFn: ({ signal }) => body(api.GET('/api/services/maintenances', { signal })),
    refetchInterval: 300_000,
    staleTime: 60_000,
  });

/** Names that match what is typed, for choosing one service out of any number. */
export const serviceSearchQuery = (q: string) =>
  queryOptions({
    queryKey: keys.serviceSearch(q),
    queryFn: ({ signal }) =>
      body<Service[]>(
        api.GET('/api/services', {
          params: { query: asked({ q: q === '' ? undefined : q, sort: 'name', limit: SEARCH }) },
          signal,
        }),
      ),
    staleTime: 30_000,
  });

export const summaryQuery = () =>
  queryOptions({
    queryKey: keys.summary,
    queryFn: ({ signal }) => body(api.GET('/api/summary', { signal })),
    refetchInterval: figuresToo,
  });

export const serviceQuery = (id: string) =>
  queryOptions({
    queryKey: keys.service(id),
    queryFn: ({ signal }) =>
      tagged<ServiceDetail>(api.GET('/api/services/{id}', { params: path(id), signal })),
    refetchInterval: figuresToo,
    throwOnError: isPageError,
  });

export const latencyQuery = (id: string, range: Range) =>
  queryOptions({
    queryKey: keys.latency(id, range),
    queryFn: ({ signal }) =>
      body(
        api.GET('/api/services/{id}/latency', {
          params: { ...path(id), query: { range } },
          signal,
        }),
      ),
    // The first points of a new service are waited for.
    refetchInterval: (query) => ((query.state.data?.length ?? 0) < 6 ? 10_000 : 60_000),
    placeholderData: (previous) => previous,
  });

export const daysQuery = (id: string, n: number) =>
  queryOptions({
    queryKey: keys.days(id, n),
    queryFn: ({ signal }) =>
      body(api.GET('/api/services/{id}/days', { params: { ...path(id), query: { n } }, signal })),
    refetchInterval: 300_000,
    placeholderData: (previous) => previous,
  });

export const checksQuery = (id: string, filters: { status?: string | undefined }) =>
  infiniteQueryOptions({
    queryKey: keys.checks(id, filters),
    queryFn: ({ pageParam, signal }) =>
      page(
        api.GET('/api/services/{id}/checks', {
          params: {
            ...path(id),
            query: asked({ ...filters, limit: CHECKS_PAGE, cursor: pageParam }),
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

export const createService = (draft: ServiceDraft) =>
  body<Service>(api.POST('/api/services', { body: draft }));
/** With the tag of what was read, the change is refused (412) when somebody else was faster. */
export const updateService = (id: string, draft: ServiceDraft, etag?: string | null) =>
  tagged<ServiceDetail>(
    api.PUT('/api/services/{id}', {
      params: path(id),
      body: draft,
      headers: etag == null ? {} : { 'If-Match': etag },
    }),
  );
/** `keepalive` lets the request outlive the page. */
export const deleteService = (id: string, keepalive = false) =>
  body(api.DELETE('/api/services/{id}', { params: path(id), keepalive }));
export const pauseService = (id: string) =>
  body(api.POST('/api/services/{id}/pause', { params: path(id) }));
export const resumeService = (id: string) =>
  body(api.POST('/api/services/{id}/resume', { params: path(id) }));
export const lookNow = (id: string) =>
  body(api.POST('/api/services/{id}/check', { params: path(id) }));
export const testService = (draft: ServiceDraft) =>
  body<TestRun>(api.POST('/api/services/test', { body: draft }));
/** The same change to many. `keepalive` lets the request outlive the page. */
export const changeServices = (input: BulkInput, keepalive = false) =>
  body<BulkResult>(api.POST('/api/services/bulk', { body: input, keepalive }));
/** What that would change; nothing does. */
export const previewChange = async (input: BulkInput): Promise<BulkResult> => {
  try {
    return await changeServices({ ...input, dry_run: true });
  } catch (error) {
    throw error instanceof LateProblem ? new LateProblem(error.seconds, 'question') : error;
  }
};
