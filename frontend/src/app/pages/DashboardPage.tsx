/** The dashboard: the sentence, open incidents, what needs attention, everything by category. */
import { type InfiniteData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import { preferencesQuery } from '@/api/account';
import type { Service } from '@/api/contract';
import { useHiddenServices } from '@/api/pending-delete';
import { sentenceOf } from '@/api/problem';
import { useMayEdit } from '@/api/role';
import { servicesQuery, summaryQuery } from '@/api/services';
import type { Page } from '@/api/transport';
import { OpenIncidents } from '@/features/incident/OpenIncidents';
import { statusOf } from '@/features/service/grouping';
import { ServiceSections } from '@/features/service/ServiceSections';
import { StatusBanner } from '@/features/service/StatusBanner';
import { worstOf } from '@/lib/status';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { Button } from '@/ui/Button';
import { Empty, Failure, PageColumn, Skeleton, SkeletonRows } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { Segmented } from '@/ui/Segmented';

const FirstService = lazy(() => import('@/features/service/FirstService'));
const PasteList = lazy(() => import('@/features/service/PasteList'));
const noOrder: readonly string[] = [];
const types = ['http_ping', 'status_page'] as const;

export function DashboardPage() {
  const [search, setSearch] = useSearchParams();
  const type = types.find((one) => one === search.get('type'));
  const everything = useInfiniteQuery(servicesQuery());
  const some = useInfiniteQuery({
    ...servicesQuery({ monitor_type: type }),
    enabled: type !== undefined,
  });
  const { data: summary } = useQuery(summaryQuery());
  const { data: preferences } = useQuery(preferencesQuery());
  const mayEdit = useMayEdit();
  const hidden = useHiddenServices();
  // Held here, because the first service that is added replaces the first dashboard.
  const [pasting, setPasting] = useState<string | null>(null);
  const all = useMemo(() => shownOf(everything.data, hidden), [everything.data, hidden]);
  // Until the chosen ones are there, those of them that are known already stand in.
  const services = useMemo(
    () =>
      type === undefined
        ? all
        : some.data === undefined
          ? all.filter(({ monitor_type }) => monitor_type === type)
          : shownOf(some.data, hidden),
    [type, all, some.data, hidden],
  );
  const names = useMemo(() => new Map(all.map(({ id, name }) => [id, name])), [all]);
  const nameOf = useCallback((id: string) => names.get(id), [names]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = type === undefined ? everything : some;
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  if (everything.isPending) return <Loading />;
  if (everything.isError && everything.data === undefined) {
    return (
      <PageColumn>
        <PageTitle />
        <Failure retry={shellText.retry} onRetry={() => void everything.refetch()}>
          {serviceText.listError} {sentenceOf(everything.error)}
        </Failure>
      </PageColumn>
    );
  }
  return (
    <PageColumn>
      <PageTitle />
      {all.length === 0 ? (
        <Suspense fallback={null}>
          {mayEdit ? (
            <FirstService onPasteList={setPasting} />
          ) : (
            <Empty>{serviceText.noneYet}</Empty>
          )}
        </Suspense>
      ) : (
        <>
          {summary === undefined ? (
            <Skeleton className="h-28 rounded-xl" />
          ) : (
            <StatusBanner
              summary={summary}
              only={onlyTroubled(all)}
              fetchedAt={everything.dataUpdatedAt}
              {...newestOf(all)}
            />
          )}
          <OpenIncidents nameOf={nameOf} />
          {(type !== undefined || hasBoth(all)) && (
            <TypeFilter
              value={type ?? ''}
              onChange={(value) =>
                setSearch(value === '' ? {} : { type: value }, {
                  replace: true,
                  preventScrollReset: true,
                })
              }
            />
          )}
          {services.length === 0 && <NoneOfType onClear={() => setSearch({}, { replace: true })} />}
          <ServiceSections
            services={services}
            categoryOrder={preferences?.category_order ?? noOrder}
            complete={hasNextPage !== true}
            onNearEnd={loadMore}
          />
        </>
      )}
      {pasting !== null && (
        <Suspense fallback={null}>
          <PasteList initial={pasting} onClose={() => setPasting(null)} />
        </Suspense>
      )}
    </PageColumn>
  );
}

function TypeFilter({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <Segmented
      label={serviceText.types.label}
      className="mt-8 -mb-3"
      value={value}
      options={[
        { value: '', label: serviceText.types.all },
        ...types.map((type) => ({ value: type as string, label: serviceText.types[type] })),
      ]}
      onChange={onChange}
    />
  );
}

function NoneOfType({ onClear }: { onClear: () => void }) {
  return (
    <div className="mt-8">
      <Empty
        action={
          <Button size="sm" onClick={onClear}>
            {serviceText.types.clear}
          </Button>
        }
      >
        {serviceText.types.none}
      </Empty>
    </div>
  );
}

const shownOf = (
  data: InfiniteData<Page<Service>> | undefined,
  hidden: ReadonlySet<string>,
): Service[] =>
  (data?.pages ?? []).flatMap((page) => page.items).filter(({ id }) => !hidden.has(id));

const hasBoth = (services: readonly Service[]): boolean =>
  types.every((type) => services.some(({ monitor_type }) => monitor_type === type));

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
