/** The latency chart: median and 95th percentile, gaps as gaps, incidents shaded. */
import { useMemo } from 'react';
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { LatencyPoint } from '@/api/contract';
import { milliseconds } from '@/lib/numbers';
import type { Range } from '@/lib/ranges';
import { serviceText } from '@/lib/text/service';
import { stateText } from '@/lib/text/state';
import { ticksOf } from '@/lib/ticks';
import { dayAndTime, duration, now } from '@/lib/time';
import { ChartTable } from './ChartTable';
import {
  beginOf,
  type ChartRow,
  type IncidentSpan,
  isThresholdDrawn,
  lonePoints,
  rowsOf,
  topOf,
} from './latency-series';

const text = serviceText.page;
const hourFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const still = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

interface Props {
  points: readonly LatencyPoint[];
  range: Range;
  /** Milliseconds. */
  threshold: number;
  incidents: readonly IncidentSpan[];
  label: string;
}

interface DotProps {
  cx?: number;
  cy?: number;
  payload: ChartRow;
}

export default function LatencyChart({ points, range, threshold, incidents, label }: Props) {
  const { rows, from, to, lone } = useMemo(() => frame(points, range), [points, range]);
  const shaded = incidents.filter(
    ({ resolved_at }) => resolved_at === null || Date.parse(resolved_at) > from,
  );
  const top = topOf(points);
  const showThreshold = isThresholdDrawn(points, threshold);
  const ceiling = niceCeiling(showThreshold ? Math.max(top, threshold * 1.08) : top * 1.08);
  const narrow = window.innerWidth < 640;
  const format = to - from > 36 * 3_600_000 ? dayFormat : hourFormat;

  return (
    <>
      <ChartTable rows={rows} />
      <div
        role="img"
        aria-label={`${label} ${spoken(shaded)}`.trim()}
        className="h-full [&_.recharts-surface]:outline-none"
      >
        <ResponsiveContainer width="100%" height="100%">
          <ComposedChart
            data={rows}
            margin={{ top: 6, right: 4, bottom: 0, left: 0 }}
            accessibilityLayer={false}
          >
            <CartesianGrid vertical={false} stroke="var(--color-line)" />
            {shaded.map((incident) => (
              <ReferenceArea
                key={incident.started_at}
                x1={Math.max(from, Date.parse(incident.started_at))}
                x2={incident.resolved_at === null ? to : Date.parse(incident.resolved_at)}
                ifOverflow="hidden"
                fill={incident.type === 'downtime' ? 'var(--color-down)' : 'var(--color-degraded)'}
                fillOpacity={0.14}
                stroke={
                  incident.type === 'downtime' ? 'var(--color-down)' : 'var(--color-degraded)'
                }
              />
            ))}
            <XAxis
              dataKey="t"
              type="number"
              scale="time"
              domain={[from, to]}
              ticks={ticksOf(from, to, narrow ? 4 : 8)}
              tickFormatter={(t: number) => format.format(t)}
              tickLine={false}
              axisLine={{ stroke: 'var(--color-line)' }}
              tick={{ fill: 'var(--color-faint)', fontSize: 12 }}
              minTickGap={24}
            />
            <YAxis
              width={54}
              domain={[0, ceiling]}
              ticks={[0, ceiling / 4, ceiling / 2, (ceiling * 3) / 4, ceiling]}
              tickFormatter={(value: number) => (value === 0 ? '0' : milliseconds(value))}
              tickLine={false}
              axisLine={false}
              tick={{ fill: 'var(--color-faint)', fontSize: 12 }}
            />
            {showThreshold && (
              <ReferenceLine
                y={threshold}
                stroke="var(--color-degraded)"
                strokeDasharray="4 4"
                label={{
                  value: text.slowAbove(milliseconds(threshold)),
                  position: 'insideBottomLeft',
                  fill: 'var(--color-degraded-text)',
                  fontSize: 12,
                }}
              />
            )}
            <Tooltip
              content={({ active, payload }) => (
                <Tip row={active ? (payload?.[0]?.payload as ChartRow | undefined) : undefined} />
              )}
              cursor={{ stroke: 'var(--color-line-strong)', strokeWidth: 1 }}
              isAnimationActive={false}
            />
            <Line
              dataKey="p95"
              stroke="var(--color-accent)"
              strokeDasharray="3 2"
              strokeWidth={1.25}
              dot={false}
              activeDot={false}
              isAnimationActive={false}
              type="linear"
            />
            <Area
              dataKey="p50"
              stroke="var(--color-accent)"
              strokeWidth={1.75}
              fill="var(--color-accent)"
              fillOpacity={0.1}
              dot={({ cx, cy, payload }: DotProps) => (
                <circle
                  key={payload.t}
                  cx={cx}
                  cy={cy}
                  r={lone.has(payload.t) ? 2.5 : 0}
                  fill="var(--color-accent)"
                />
              )}
              activeDot={{ r: 3.5, strokeWidth: 0, fill: 'var(--color-accent)' }}
              isAnimationActive={!still()}
              animationDuration={300}
              type="linear"
            />
          </ComposedChart>
        </ResponsiveContainer>
      </div>
    </>
  );
}

/** As many incidents as a label names. */
const NAMED = 5;

/** What is shaded, in words. */
export function spoken(incidents: readonly IncidentSpan[]): string {
  if (incidents.length === 0) return '';
  const named = incidents
    .slice(0, NAMED)
    .map(({ type, started_at, resolved_at }) =>
      text.chartIncident(
        type,
        dayAndTime(started_at),
        resolved_at === null ? null : duration(Date.parse(resolved_at) - Date.parse(started_at)),
      ),
    );
  return text.chartIncidents(incidents.length, named);
}

/** What is drawn, and between which moments. */
function frame(points: readonly LatencyPoint[], range: Range) {
  const all = rowsOf(points);
  const to = Math.max(now(), all[all.length - 1]?.t ?? 0);
  const from = beginOf(all, to, range);
  // The chart library widens an axis to all it is given.
  return { rows: all.filter(({ t }) => t >= from), from, to, lone: lonePoints(all) };
}

function Tip({ row }: { row: ChartRow | undefined }) {
  if (row === undefined) return null;
  const troubles = (['down', 'degraded', 'unknown'] as const).filter((state) => row[state] > 0);
  return (
    <div className="figures min-w-40 rounded-md bg-raised px-3 py-2 text-sm shadow-float">
      <p className="font-medium">{dayAndTime(row.t)}</p>
      {row.p50 === null && troubles.length === 0 ? (
        <p className="text-soft">{text.gap}</p>
      ) : (
        <dl className="grid grid-cols-[1fr_auto] gap-x-4 text-soft">
          <dt>{text.median}</dt>
          <dd className="text-right">{milliseconds(row.p50)}</dd>
          <dt>{text.p95}</dt>
          <dd className="text-right">{milliseconds(row.p95)}</dd>
          <dt>{text.slowest}</dt>
          <dd className="text-right">{milliseconds(row.max)}</dd>
          {troubles.map((state) => (
            <div key={state} className="contents">
              <dt>{stateText.short[state]}</dt>
              <dd className="text-right">{duration(row[state] * 1000)}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

/** The next 1, 2, 4, 5 or 8 times a power of ten: divisible by four without odd fractions. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step =
    [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].find((factor) => factor * power >= value) ?? 10;
  return step * power;
}
