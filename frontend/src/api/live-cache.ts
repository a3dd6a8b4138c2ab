/** What a live event changes in the query cache: a status touches its own row and nothing else. */
import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type {
  IncidentLiveEvent,
  Service,
  ServiceChangedEvent,
  ServiceDetail,
  ServiceStatusEvent,
} from './contract';
import { keys } from './keys';
import type { LiveEvent } from './live';
import type { Page } from './transport';

type ServiceList = InfiniteData<Page<Service>, string | null>;

/** Many events may come at once; what they invalidate is fetched once. */
const GATHER_MS = 400;

export function liveCache(client: QueryClient): (event: LiveEvent) => void {
  const pending = new Map<string, readonly unknown[]>();
  const refetch = () => {
    const due = [...pending.values()];
    pending.clear();
    for (const queryKey of due) void client.invalidateQueries({ queryKey });
  };
  const refetchSoon = (...queryKeys: (readonly unknown[])[]) => {
    if (pending.size === 0) setTimeout(refetch, GATHER_MS);
    for (const key of queryKeys) pending.set(JSON.stringify(key), key);
  };

  return ({ name, data }) => {
    switch (name) {
      case 'service.status': {
        const event = data as ServiceStatusEvent;
        if (patchStatus(client, event)) refetchSoon(keys.summary, keys.service(event.service_id));
        else refetchLook(client, event.service_id);
        return;
      }
      case 'service.changed': {
        const event = data as ServiceChangedEvent;
        if (event.change === 'deleted') removeFromLists(client, event.service_id);
        else refetchSoon(keys.serviceLists);
        refetchSoon(keys.summary, keys.service(event.service_id));
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
      case 'resync':
        refetchSoon([]);
    }
  };
}

/** A look without news: only who reads about that very service wants its phases and its check. */
function refetchLook(client: QueryClient, id: string): void {
  void client.invalidateQueries({ queryKey: keys.service(id), exact: true });
  void client.invalidateQueries({
    queryKey: keys.checksOf(id),
    // Whoever has paged far back is not looking at the newest check.
    predicate: ({ state }) => (state.data as InfiniteData<unknown> | undefined)?.pages.length === 1,
  });
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

/** True when the state changed, so that counts and incidents are worth asking for. */
export function patchStatus(client: QueryClient, event: ServiceStatusEvent): boolean {
  let changed = false;
  const patch = <S extends Service>(service: S): S => {
    if (service.id !== event.service_id) return service;
    const known = service.current_status.checked_at;
    // Events may overtake each other; the newer look stands.
    if (known != null && Date.parse(known) > Date.parse(event.checked_at)) return service;
    if (service.current_status.status !== event.status) changed = true;
    return withStatus(service, event);
  };
  patchQueries<ServiceList>(client, keys.serviceLists, (list) => mapList(list, patch));
  patchQueries<ServiceDetail>(client, keys.service(event.service_id), patch, true);
  return changed;
}

function mapList(list: ServiceList, change: (service: Service) => Service): ServiceList {
  let touched = false;
  const pages = list.pages.map((page) => {
    const items = page.items.map(change);
    if (items.every((item, index) => item === page.items[index])) return page;
    touched = true;
    return { ...page, items };
  });
  return touched ? { ...list, pages } : list;
}

export function removeFromLists(client: QueryClient, id: string): void {
  patchQueries<ServiceList>(client, keys.serviceLists, (list) => {
    const without = (page: Page<Service>) => page.items.filter((service) => service.id !== id);
    return list.pages.every((page) => without(page).length === page.items.length)
      ? list
      : { ...list, pages: list.pages.map((page) => ({ ...page, items: without(page) })) };
  });
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
  for (const query of client.getQueryCache().findAll({ queryKey, exact })) {
    const { data, dataUpdatedAt, isInvalidated } = query.state;
    if (data === undefined) continue;
    const changed = change(data as T);
    if (changed === data) continue;
    client.setQueryData(query.queryKey, changed, { updatedAt: dataUpdatedAt });
    if (isInvalidated) query.invalidate();
  }
}
