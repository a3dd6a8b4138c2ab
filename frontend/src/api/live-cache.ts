/** What a live event changes in the query cache: a status touches its own row and nothing else. */
import type { InfiniteData, Query, QueryClient } from '@tanstack/react-query';
import { whenFree } from '../lib/hold';
import { now } from '../lib/time';
import type {
  CurrentStatus,
  IncidentLiveEvent,
  Service,
  ServiceChangedEvent,
  ServiceDetail,
  ServiceStatusEvent,
  StatusWord,
} from './contract';
import { keys } from './keys';
import type { LiveEvent } from './live';
import type { Page } from './transport';

/** Looks of thousands of services come in bursts; each burst is taken in at once. */
const BURST_MS = 60;
/** What events invalidate is fetched together, and not again so soon. */
const GATHER_MS = 400;
const PAUSE_MS = 2_000;

let newest = 0;
/** When the newest look that an event told of began, by the server's clock; 0 for none yet. */
export const newestLook = (): number => newest;

export function liveCache(client: QueryClient): (event: LiveEvent) => void {
  const refetchSoon = gatherer(client);
  const burst = new Map<string, ServiceStatusEvent>();
  const takeIn = () => {
    const events = [...burst.values()];
    burst.clear();
    refetchLooks(client, burstIds(events));
    const changed = patchStatuses(client, events);
    if (changed.size === 0) return;
    // A row may have to go where another state stands, and heads count states.
    refetchSoon(keys.summary, keys.serviceLists);
    for (const id of changed) refetchSoon(keys.service(id));
  };

  return ({ name, data }) => {
    switch (name) {
      case 'service.status': {
        const event = data as ServiceStatusEvent;
        if (burst.size === 0) setTimeout(takeIn, BURST_MS);
        burst.set(event.service_id, event);
        return;
      }
      case 'service.changed': {
        const event = data as ServiceChangedEvent;
        if (event.change === 'deleted') markGone(client, [event.service_id]);
        refetchSoon(keys.serviceLists, keys.summary, keys.service(event.service_id));
        return;
      }
      case 'incident.opened':
      case 'incident.changed':
      case 'incident.resolved': {
        const event = data as IncidentLiveEvent;
        // Rows of the list carry their open incident, and the uptime that it costs.
        refetchSoon(
          keys.incidents,
          keys.summary,
          keys.serviceLists,
          keys.service(event.service_id),
        );
        return;
      }
      case 'opened':
        refetchAnswered(client);
        return;
      case 'resync':
        refetchSoon([]);
    }
  };
}

/** Fetches what has been answered of all that events touch: the rest is on its way, and is left alone. */
function refetchAnswered(client: QueryClient): void {
  const answered = [keys.services, keys.incidents, keys.summary]
    .flatMap((queryKey) => client.getQueryCache().findAll({ queryKey }))
    .filter(({ state }) => state.data !== undefined);
  const hashes = new Set(answered.map(({ queryHash }) => queryHash));
  const predicate = ({ queryHash }: Query) => hashes.has(queryHash);
  whenFree('opened', () => void client.invalidateQueries({ predicate }));
}

/** Fetches what is named, each thing once, a moment later; lists wait while somebody points at them. */
function gatherer(client: QueryClient): (...queryKeys: (readonly unknown[])[]) => void {
  const pending = new Map<string, readonly unknown[]>();
  let last = 0;
  const refetchSoon = (...queryKeys: (readonly unknown[])[]) => {
    if (queryKeys.length === 0) return;
    if (pending.size === 0) setTimeout(refetch, Math.max(GATHER_MS, last + PAUSE_MS - Date.now()));
    for (const key of queryKeys) pending.set(JSON.stringify(key), key);
  };
  const refetch = () => {
    const due = [...pending];
    pending.clear();
    last = Date.now();
    for (const [name, queryKey] of due) {
      // An answer that was on its way may be older than the event; the first of all cannot be asked for twice.
      const firsts = client.getQueryCache().findAll({ queryKey, predicate: isOnItsFirstWay });
      refetchSoon(...firsts.map((query) => query.queryKey));
      void client.invalidateQueries({ queryKey, predicate: (query) => !isList(query) });
      whenFree(name, () => void client.invalidateQueries({ queryKey, predicate: isList }));
    }
  };
  return refetchSoon;
}

const isOnItsFirstWay = ({ state }: Query): boolean =>
  state.data === undefined && state.fetchStatus === 'fetching';

/** What makes rows of the dashboard's list move: the list itself, and what stands above it. */
const movesRows: readonly (readonly unknown[])[] = [keys.serviceLists, keys.openIncidents];

const isList = ({ queryKey }: Query): boolean =>
  movesRows.some((key) => key.every((part, index) => queryKey[index] === part));

const burstIds = (events: readonly ServiceStatusEvent[]): ReadonlySet<string> =>
  new Set(events.map(({ service_id }) => service_id));

/** A look without news: only who reads about that very service wants its phases and its check. */
function refetchLooks(client: QueryClient, ids: ReadonlySet<string>): void {
  const read = client.getQueryCache().findAll({ queryKey: keys.serviceDetails, type: 'active' });
  const open = new Set(read.map(({ queryKey }) => String(queryKey[2])));
  for (const id of open) {
    if (!ids.has(id)) continue;
    void client.invalidateQueries({ queryKey: keys.service(id), exact: true });
    void client.invalidateQueries({
      queryKey: keys.checksOf(id),
      // Whoever has paged far back is not looking at the newest check.
      predicate: ({ state }) =>
        (state.data as InfiniteData<unknown> | undefined)?.pages.length === 1,
    });
  }
}

function withStatus<S extends Service>(service: S, event: ServiceStatusEvent): S {
  const before = service.current_status;
  const suspect = event.suspect ?? false;
  return {
    ...service,
    current_status: {
      ...before,
      status: event.status,
      // A suspicion is no look yet: the last answer's figure stays.
      response_time: suspect ? before.response_time : event.response_time,
      checked_at: event.checked_at,
      reason: event.reason ?? null,
      suspect,
      since: event.since ?? (before.status === event.status ? before.since : event.checked_at),
    },
  };
}

/** Takes in a status each; the services whose state is another one now, as far as that can be told. */
export function patchStatuses(
  client: QueryClient,
  events: readonly ServiceStatusEvent[],
): ReadonlySet<string> {
  const changed = new Set<string>();
  const byId = new Map(events.map((event) => [event.service_id, event]));
  for (const { service_id, since, checked_at, suspect } of events) {
    // Of services that are not on the screen: the state began with this very look.
    if (since !== undefined && Date.parse(since) === Date.parse(checked_at))
      changed.add(service_id);
    if (suspect !== true) newest = Math.max(newest, Date.parse(checked_at) || 0);
  }
  patchServices(client, [...byId.keys()], (service) => {
    const event = byId.get(service.id);
    if (event === undefined) return service;
    const known = service.current_status.checked_at;
    // Events may overtake each other; the newer look stands.
    if (known != null && Date.parse(known) > Date.parse(event.checked_at)) return service;
    if (service.current_status.status !== event.status) changed.add(service.id);
    return withStatus(service, event);
  });
  return changed;
}

/** Changes services wherever they are shown: in lists, and each on its own page. */
function patchServices(
  client: QueryClient,
  ids: readonly string[],
  patch: <S extends Service>(service: S) => S,
): void {
  patchQueries<Page<Service>>(client, keys.servicePages, (page) => mapPage(page, patch));
  for (const id of ids) patchQueries<ServiceDetail>(client, keys.service(id), patch, true);
}

/**
 * Shows a state before the server has confirmed it: nobody has looked, so no look is any newer. The
 * returned function takes it back, where nothing else has come since.
 */
export function assumeStatus(
  client: QueryClient,
  { id, current_status: before }: Service,
  status: StatusWord,
): () => void {
  const since = new Date(now()).toISOString();
  const assumed = { ...before, status, reason: null, suspect: false, since };
  const write = (next: (current: CurrentStatus) => CurrentStatus) =>
    patchServices(client, [id], (service) => {
      if (service.id !== id) return service;
      const current_status = next(service.current_status);
      return current_status === service.current_status ? service : { ...service, current_status };
    });
  write(() => assumed);
  return () =>
    write((current) => (current.status === status && current.since === since ? before : current));
}

/** True when the state is another one than before. */
export const patchStatus = (client: QueryClient, event: ServiceStatusEvent): boolean =>
  patchStatuses(client, [event]).has(event.service_id);

function mapPage(page: Page<Service>, change: (service: Service) => Service): Page<Service> {
  const items = page.items.map(change);
  return items.every((item, index) => item === page.items[index]) ? page : { ...page, items };
}

/** Services that are deleted say so in their place until the lists are read again: nothing moves under a pointer. */
export function markGone(client: QueryClient, ids: readonly string[]): void {
  const gone = new Set(ids);
  patchQueries<Page<Service>>(client, keys.servicePages, (page) =>
    mapPage(page, (service) => (gone.has(service.id) ? { ...service, gone: true } : service)),
  );
}

/**
 * Changes what is cached without making it look freshly fetched: a query that was due for a fetch
 * before stays due.
 */
function patchQueries<T>(
  client: QueryClient,
  queryKey: readonly unknown[],
  change: (data: T) => T,
  exact = false,
): void {
  const cache = client.getQueryCache();
  const single = exact ? cache.find({ queryKey }) : undefined;
  const queries = exact ? (single === undefined ? [] : [single]) : cache.findAll({ queryKey });
  for (const query of queries) {
    const { data, dataUpdatedAt, isInvalidated } = query.state;
    if (data === undefined) continue;
    const changed = change(data as T);
    if (changed === data) continue;
    client.setQueryData(query.queryKey, changed, { updatedAt: dataUpdatedAt });
    if (isInvalidated) query.invalidate();
  }
}
