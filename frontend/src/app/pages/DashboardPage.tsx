/** The dashboard: the sentence, open incidents, what needs attention, everything by category. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { preferencesQuery } from '@/api/account';
import type { Service } from '@/api/contract';
import { useHiddenServices } from '@/api/pending-delete';
import { sentenceOf } from '@/api/problem';
import { servicesQuery, summaryQuery } from '@/api/services';
import { OpenIncidents } from '@/features/incident/OpenIncidents';
import { FirstService } from '@/features/service/FirstService';
import { statusOf } from '@/features/service/grouping';
import { PasteList } from '@/features/service/PasteList';
import { ServiceSections } from '@/features/service/ServiceSections';
import { StatusBanner } from '@/features/service/StatusBanner';
import { worstOf } from '@/lib/status';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { Failure, PageColumn, Skeleton, SkeletonRows } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';

const noOrder: readonly string[] = [];

export function DashboardPage() {
  const list = useInfiniteQuery(servicesQuery());
  const { data: summary } = useQuery(summaryQuery());
  const { data: preferences } = useQuery(preferencesQuery());
  const hidden = useHiddenServices();
  // Held here, because the first service that is added replaces the first dashboard.
  const [pasting, setPasting] = useState<string | null>(null);
  const services = useMemo(
    () =>
      (list.data?.pages ?? []).flatMap((page) => page.items).filter(({ id }) => !hidden.has(id)),
    [list.data, hidden],
  );
  const names = useMemo(() => new Map(services.map(({ id, name }) => [id, name])), [services]);
  const nameOf = useCallback((id: string) => names.get(id), [names]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  if (list.isPending) return <Loading />;
  if (list.isError && list.data === undefined) {
    return (
      <PageColumn>
        <PageTitle />
        <Failure retry={shellText.retry} onRetry={() => void list.refetch()}>
          {serviceText.listError} {sentenceOf(list.error)}
        </Failure>
      </PageColumn>
    );
  }
  return (
    <PageColumn>
      <PageTitle />
      {services.length === 0 ? (
        <FirstService onPasteList={setPasting} />
      ) : (
        <>
          {summary === undefined ? (
            <Skeleton className="h-28 rounded-xl" />
          ) : (
            <StatusBanner
              summary={summary}
              only={onlyTroubled(services)}
              fetchedAt={list.dataUpdatedAt}
              {...newestOf(services)}
            />
          )}
          <OpenIncidents nameOf={nameOf} />
          <ServiceSections
            services={services}
            categoryOrder={preferences?.category_order ?? noOrder}
            complete={!hasNextPage}
            onNearEnd={loadMore}
          />
        </>
      )}
      {pasting !== null && <PasteList initial={pasting} onClose={() => setPasting(null)} />}
    </PageColumn>
  );
}

function Loading() {
  return (
    <PageColumn>
      <PageTitle />
      <Skeleton className="h-28 rounded-xl" />
      <div className="mt-10">
        <SkeletonRows rows={7} label={shellText.loading} />
      </div>
    </PageColumn>
  );
}

/** The service the sentence can name, when there is exactly one in the worst state. */
function onlyTroubled(services: readonly Service[]) {
  const worst = worstOf(
    Object.fromEntries(services.map((service) => [statusOf(service), 1] as const)),
  );
  if (worst === null || worst === 'up' || worst === 'pending') return undefined;
  const [first, ...others] = services.filter((service) => statusOf(service) === worst);
  if (first === undefined || others.length > 0) return undefined;
  return { name: first.name, since: first.active_incident?.started_at ?? null };
}

function newestOf(services: readonly Service[]) {
  let newest: string | null = null;
  let shortestInterval = Number.POSITIVE_INFINITY;
  for (const service of services) {
    if (service.paused_at !== null) continue;
    shortestInterval = Math.min(shortestInterval, service.check_interval);
    const at = service.current_status.checked_at;
    if (at != null && (newest === null || Date.parse(at) > Date.parse(newest))) newest = at;
  }
  return { newest, shortestInterval };
}
