/** The dashboard: the sentence, open incidents, what needs attention, everything by category. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { useLocation, useSearchParams } from 'react-router';
import type { ServiceGroup, Summary } from '@/api/contract';
import { sentenceOf } from '@/api/problem';
import { useMayEdit } from '@/api/role';
import { groupsQuery, servicePageQuery, summaryQuery } from '@/api/services';
import { useLastError } from '@/api/useLastError';
import { OpenIncidents } from '@/features/incident/OpenIncidents';
import { BulkBar } from '@/features/service/list/BulkBar';
import { CountsBar } from '@/features/service/list/CountsBar';
import { useDensity } from '@/features/service/list/density';
import { Maintenances } from '@/features/service/list/Maintenances';
import { ServiceList } from '@/features/service/list/ServiceList';
import { StatusBanner } from '@/features/service/list/StatusBanner';
import { attentionOf, sectionsOf } from '@/features/service/list/sections';
import { Toolbar } from '@/features/service/list/Toolbar';
import { useSizes } from '@/features/service/list/useSizes';
import {
  asAsked,
  type Filters,
  isNarrowed,
  isPinning,
  noFilters,
  readFilters,
  writeFilters,
} from '@/lib/filters';
import { dashboardText as text } from '@/lib/text/dashboard';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { Button } from '@/ui/Button';
import { lazyDialog, lazyPart } from '@/ui/LazyPart';
import { Empty, Failure, PageColumn, Skeleton, SkeletonRows, Waiting } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';

const FirstService = lazyPart(() => import('@/features/service/FirstService'), <Waiting />);
const PasteList = lazyDialog(() => import('@/features/service/PasteList'));

/** Fewer services need no search: they are all in sight. */
const SEARCHED_FROM = 7;

export function DashboardPage() {
  const read = useQuery(summaryQuery());
  const { data: summary, refetch, dataUpdatedAt } = read;
  const failure = useLastError(read);
  const mayEdit = useMayEdit();
  // Held here, because the first service that is added replaces the first dashboard.
  const [pasting, setPasting] = useState<string | null>(null);
  return (
    <PageColumn>
      <PageTitle />
      {summary === undefined ? (
        failure === null ? (
          <Loading />
        ) : (
          <Failure retry={shellText.retry} onRetry={() => void refetch()}>
            {serviceText.listError} {sentenceOf(failure)}
          </Failure>
        )
      ) : summary.total === 0 ? (
        mayEdit ? (
          <FirstService onPasteList={setPasting} />
        ) : (
          <Empty>{serviceText.noneYet}</Empty>
        )
      ) : (
        <Watched summary={summary} fetchedAt={dataUpdatedAt} />
      )}
      {pasting !== null && <PasteList initial={pasting} onClose={() => setPasting(null)} />}
    </PageColumn>
  );
}

function Watched({ summary, fetchedAt }: { summary: Summary; fetchedAt: number }) {
  const [params, setParams] = useSearchParams();
  const location = useLocation();
  const filters = useMemo(() => readFilters(params), [params]);
  const asked = useMemo(() => asAsked(filters), [filters]);
  const everything = useInfiniteQuery(groupsQuery());
  const found = useInfiniteQuery(groupsQuery(asked));
  const attention = useQuery({
    ...servicePageQuery(attentionOf(filters), 'status', 0),
    enabled: isPinning(filters),
  });
  const change = useCallback(
    (part: Partial<Filters>) =>
      setParams((before) => writeFilters(before, { ...readFilters(before), ...part }), {
        replace: true,
        preventScrollReset: true,
      }),
    [setParams],
  );
  const groups = useMemo(() => listOf(found.data?.pages), [found.data]);
  const all = useMemo(() => listOf(everything.data?.pages), [everything.data]);
  const categories = useMemo(
    () => all.map(({ category }) => category).filter((name) => name != null),
    [all],
  );
  const total = groups.reduce((sum, group) => sum + group.total, 0);
  // When they could not be read their section stands there all the same, and says so.
  const pinned = attention.data?.total ?? null;
  const sections = useMemo(
    () => sectionsOf(filters, groups, { attention: pinned, total }),
    [filters, groups, pinned, total],
  );
  const failure = useLastError(found);
  const isUnpinned = useLastError(attention) !== null;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  const onNearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const focusSearch = (location.state as { search?: boolean } | null)?.search === true;
  const clear = () => change({ ...noFilters, sort: filters.sort });
  const waiting = found.isPending || (isPinning(filters) && attention.isPending && !isUnpinned);

  return (
    <>
      <StatusBanner summary={summary} fetchedAt={fetchedAt} />
      <CountsBar
        counts={summary.counts}
        chosen={filters.status}
        onChoose={(status) => change({ status })}
      />
      <OpenIncidents />
      <Maintenances />
      <Toolbar
        isSearched={summary.total >= SEARCHED_FROM || isNarrowed(filters) || focusSearch}
        filters={filters}
        choices={{
          categories,
          uncategorised: all.some(({ category }) => category == null),
          types: true,
        }}
        total={total}
        focusSearch={focusSearch}
        onChange={change}
        onClear={clear}
      />
      {isNarrowed(filters) && (
        <p role="status" className="sr-only">
          {waiting ? '' : text.matches(total)}
        </p>
      )}
      {failure !== null ? (
        <div className="mt-8">
          <Failure retry={shellText.retry} onRetry={() => void found.refetch()}>
            {serviceText.listError} {sentenceOf(failure)}
          </Failure>
        </div>
      ) : waiting ? (
        <ListLoading />
      ) : sections.length === 0 ? (
        <div className="mt-6">
          <Empty
            action={
              <Button size="sm" onClick={clear}>
                {text.clear}
              </Button>
            }
          >
            {text.none}
          </Empty>
        </div>
      ) : (
        <ServiceList
          sections={sections}
          categories={isNarrowed(filters) ? null : categories}
          onNearEnd={onNearEnd}
        />
      )}
      <BulkBar asked={asked} total={total} />
    </>
  );
}

const listOf = (
  pages: readonly { items: readonly ServiceGroup[] }[] | undefined,
): readonly ServiceGroup[] => (pages ?? []).flatMap((page) => page.items);

function Loading() {
  return (
    <>
      <Skeleton className="h-28 rounded-xl" />
      <ListLoading />
    </>
  );
}

function ListLoading() {
  const { row } = useSizes(useDensity());
  return (
    <div className="mt-17">
      <SkeletonRows rows={7} label={text.loading} height={row} />
    </div>
  );
}
