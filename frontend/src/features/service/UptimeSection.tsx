/** Uptime in figures with how much was observed, and day by day. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ServiceDetail } from '@/api/contract';
import { sentenceOf } from '@/api/problem';
import { daysQuery } from '@/api/services';
import { useLastError } from '@/api/useLastError';
import { percent } from '@/lib/numbers';
import { ranges } from '@/lib/ranges';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { DayBar } from '@/ui/DayBar';
import { Failure, Panel, Section, SkeletonBlock } from '@/ui/Page';
import { Segmented } from '@/ui/Segmented';
import { useParam } from './useParam';

const text = serviceText.page;
const days = ['30', '90'] as const;
type Days = (typeof days)[number];

export function UptimeSection({ service }: { service: ServiceDetail }) {
  const [usual] = useState<Days>(() => (window.innerWidth < 640 ? '30' : '90'));
  const [shown, setShown] = useParam<Days>('days', days, usual);
  const n = Number(shown);
  const read = useQuery(daysQuery(service.id, n));
  const error = useLastError(read);
  const bar =
    (error === null ? read.data : undefined) ?? (n === 30 ? service.uptime_30d_bar : undefined);
  return (
    <Section
      title={text.uptime}
      aside={
        <Segmented
          label={text.days}
          value={shown}
          options={[
            { value: '30', label: text.dayRanges[30] },
            { value: '90', label: text.dayRanges[90] },
          ]}
          onChange={setShown}
        />
      }
    >
      <Panel>
        <dl className="grid grid-cols-2 sm:grid-cols-4">
          {ranges.map((range) => (
            <div
              key={range}
              className="border-line px-4 py-3.5 max-sm:nth-[-n+2]:border-b even:max-sm:border-l sm:px-5 sm:not-first:border-l"
            >
              <dt className="text-sm text-faint">{text.uptimeRanges[range]}</dt>
              <dd className="figures mt-0.5 text-2xl font-semibold tracking-tight">
                {percent(service.uptime[`uptime_${range}`])}
              </dd>
              <dd className="figures text-sm text-faint">
                {observed(service.uptime[`uptime_${range}`], service.uptime[`coverage_${range}`])}
              </dd>
            </div>
          ))}
        </dl>
        <div className="border-t border-line px-4 py-4 sm:px-5">
          {bar === undefined && error !== null ? (
            <Failure inPanel retry={shellText.retry} onRetry={() => void read.refetch()}>
              {sentenceOf(error)}
            </Failure>
          ) : bar === undefined ? (
            <SkeletonBlock className="h-9" />
          ) : (
            <DayBar
              name={service.name}
              days={bar}
              createdAt={service.created_at}
              tall
              faded={service.paused_at !== null}
            />
          )}
          <p aria-hidden="true" className="mt-1.5 flex justify-between text-xs text-faint">
            <span>{text.daysAgo(n)}</span>
            <span>{text.today}</span>
          </p>
        </div>
      </Panel>
    </Section>
  );
}

function observed(uptime: number | null | undefined, coverage: number | null | undefined): string {
  if (uptime == null) return text.notObserved;
  if (coverage == null) return '';
  return coverage >= 100 ? text.fullyObserved : text.observed(percent(coverage));
}
