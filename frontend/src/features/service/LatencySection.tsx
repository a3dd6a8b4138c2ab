/** Latency over a chosen range; the chart itself is loaded when it is needed. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Service } from '@/api/contract';
import { sentenceOf } from '@/api/problem';
import { latencyQuery } from '@/api/services';
import { useLastError } from '@/api/useLastError';
import { milliseconds } from '@/lib/numbers';
import { ranges } from '@/lib/ranges';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { cx } from '@/ui/classes';
import { lazyPart } from '@/ui/LazyPart';
import { Empty, Failure, Panel, Section, SkeletonBlock } from '@/ui/Page';
import { Segmented } from '@/ui/Segmented';
import { figuresOf, type IncidentSpan, isThresholdDrawn } from './latency-series';
import { useParam } from './useParam';

const LatencyChart = lazyPart(() => import('./LatencyChart'), <SkeletonBlock className="h-full" />);
const text = serviceText.page;

interface Props {
  service: Service;
  /** Shaded in the chart. */
  incidents: readonly IncidentSpan[];
}

export function LatencySection({ service, incidents }: Props) {
  const [range, setRange] = useParam('range', ranges, '24h');
  const read = useQuery(latencyQuery(service.id, range));
  const { data, refetch, isPlaceholderData } = read;
  const error = useLastError(read);
  const figures = useMemo(() => (data === undefined ? null : figuresOf(data)), [data]);
  const isDrawn = data !== undefined && isThresholdDrawn(data, service.degraded_threshold_ms);

  return (
    <Section
      title={text.latency}
      aside={
        <Segmented
          label={text.range}
          value={range}
          options={ranges.map((value) => ({ value, label: text.ranges[value] }))}
          onChange={setRange}
        />
      }
    >
      {error !== null ? (
        <Failure retry={shellText.retry} onRetry={() => void refetch()}>
          {sentenceOf(error)}
        </Failure>
      ) : figures?.median === null ? (
        <Empty>{text.noPoints}</Empty>
      ) : (
        <Panel className={cx('p-4 pb-3 sm:px-5', isPlaceholderData && 'opacity-60')}>
          <dl className="figures mb-3 flex flex-wrap gap-x-6 gap-y-1 text-sm">
            <Figure mark="bg-accent" label={text.typicalMedian} value={figures?.median} />
            <Figure
              mark="h-0! border-t-2 border-dashed border-accent"
              label={text.typicalP95}
              value={figures?.p95}
            />
            <Figure label={text.slowest} value={figures?.max} />
            <Figure
              mark={isDrawn ? 'bg-degraded' : undefined}
              label={text.threshold}
              value={service.degraded_threshold_ms}
            />
          </dl>
          <div className="h-56">
            {data === undefined ? (
              <SkeletonBlock className="h-full" />
            ) : (
              <LatencyChart
                points={data}
                range={range}
                threshold={service.degraded_threshold_ms}
                incidents={incidents}
                label={text.chartLabel(
                  text.ranges[range],
                  milliseconds(figures?.median),
                  milliseconds(figures?.p95),
                )}
              />
            )}
          </div>
        </Panel>
      )}
    </Section>
  );
}

function Figure({
  label,
  value,
  mark,
}: {
  label: string;
  value: number | null | undefined;
  /** The colour of its line in the chart, where it has one. */
  mark?: string | undefined;
}) {
  return (
    <div className="flex items-center gap-2">
      {mark !== undefined && (
        <span aria-hidden="true" className={cx('h-0.5 w-3.5 rounded-full', mark)} />
      )}
      <dt className="text-faint">{label}</dt>
      <dd className="font-medium">{milliseconds(value)}</dd>
    </div>
  );
}
