/** All incidents on one timeline, newest first; the filters stand in the URL. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import type { Incident } from '@/api/contract';
import { incidentsQuery } from '@/api/incidents';
import { sentenceOf } from '@/api/problem';
import { summaryQuery } from '@/api/services';
import { useLastError } from '@/api/useLastError';
import { Older } from '@/features/paging/Older';
import { type Range, ranges } from '@/lib/ranges';
import { incidentText as text } from '@/lib/text/incident';
import { shellText } from '@/lib/text/shell';
import { dayOf, isSameDay } from '@/lib/time';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Icon } from '@/ui/Icon';
import { Empty, Failure, PageColumn, Panel, Sentence, SkeletonRows } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { Segmented } from '@/ui/Segmented';
import { type Filters, IncidentFilters } from './IncidentFilters';
import { IncidentLine } from './IncidentLine';
import { IncidentMap } from './IncidentMap';

const USUAL: Range = '30d';

export function IncidentsPage() {
  const [search, setSearch] = useSearchParams();
  const [sheet, setSheet] = useState(false);
  const filters: Filters = {
    state: search.get('state') ?? '',
    type: search.get('type') ?? '',
    service: search.get('service') ?? '',
  };
  const filtered = Object.values(filters).some((value) => value !== '');
  const { data: summary } = useQuery(summaryQuery());
  const range = ranges.find((one) => one === search.get('range')) ?? USUAL;
  const wanted = {
    status: filters.state || undefined,
    type: filters.type || undefined,
    service_id: filters.service || undefined,
  };
  const incidents = useInfiniteQuery(incidentsQuery(wanted));
  const failure = useLastError(incidents);
  const items = incidents.data?.pages.flatMap((page) => page.items) ?? [];

  const change = (part: Partial<Filters & { range: string }>) =>
    setSearch(
      (before) => {
        for (const [name, value] of Object.entries(part)) {
          if (value === '') before.delete(name);
          else before.set(name, value);
        }
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  const controls = <IncidentFilters filters={filters} onChange={change} />;

  return (
    <PageColumn>
      <PageTitle>{text.title}</PageTitle>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <Sentence>
          {summary === undefined ? text.title : text.sentence(summary.open_incidents)}
        </Sentence>
        <Button size="sm" className="sm:hidden" onClick={() => setSheet(true)}>
          <Icon name="filter" />
          {text.filters}
          {filtered && <span className="size-1.5 rounded-full bg-accent" />}
        </Button>
      </div>
      <div className="mt-6 flex flex-wrap items-center justify-between gap-3 max-sm:mt-4">
        <div className="max-sm:hidden">{controls}</div>
        <Segmented
          label={text.filter.range}
          value={range}
          options={ranges.map((value) => ({ value, label: text.map.rangeLabels[value] }))}
          onChange={(value) => change({ range: value === USUAL ? '' : value })}
        />
      </div>
      {sheet && (
        <Dialog
          title={text.filters}
          closeLabel={shellText.close}
          onClose={() => setSheet(false)}
          sheet
        >
          {controls}
        </Dialog>
      )}
      {items.length > 0 && (
        <section aria-label={text.map.ranges[range]} className="mt-4">
          <IncidentMap filters={wanted} range={range} />
        </section>
      )}
      {incidents.isPending && failure === null && (
        <div className="mt-8">
          <SkeletonRows rows={6} label={shellText.loading} />
        </div>
      )}
      {failure !== null && (
        <div className="mt-8">
          <Failure retry={shellText.retry} onRetry={() => void incidents.refetch()}>
            {text.listError} {sentenceOf(failure)}
          </Failure>
        </div>
      )}
      {incidents.data !== undefined && items.length === 0 && (
        <div className="mt-8">
          <Empty
            action={
              filtered ? (
                <Button size="sm" onClick={() => setSearch({}, { replace: true })}>
                  {text.clear}
                </Button>
              ) : undefined
            }
          >
            {filtered ? text.emptyFiltered : text.empty}
          </Empty>
        </div>
      )}
      <div className="mt-7 space-y-6 sm:space-y-3">
        {byDay(items).map(([first, ...rest]) =>
          first === undefined ? null : (
            <section
              key={first.id}
              className="sm:grid sm:grid-cols-[7.5rem_minmax(0,1fr)] sm:items-start"
            >
              <h2 className="top-18 font-medium text-soft max-sm:mb-2 sm:sticky sm:pt-4">
                {dayOf(first.started_at)}
              </h2>
              <Panel>
                <ul className="divide-y divide-line">
                  {[first, ...rest].map((incident) => (
                    <IncidentLine key={incident.id} incident={incident} clockOnly />
                  ))}
                </ul>
              </Panel>
            </section>
          ),
        )}
      </div>
      <div className="mt-5">
        <Older list={incidents}>{text.older}</Older>
      </div>
    </PageColumn>
  );
}

/** Consecutive incidents of one local day stand together. */
export function byDay(incidents: readonly Incident[]): Incident[][] {
  const days: Incident[][] = [];
  for (const incident of incidents) {
    const day = days[days.length - 1];
    const last = day?.[day.length - 1];
    if (
      day !== undefined &&
      last !== undefined &&
      isSameDay(last.started_at, incident.started_at)
    ) {
      day.push(incident);
    } else {
      days.push([incident]);
    }
  }
  return days;
}
