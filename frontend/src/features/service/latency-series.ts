/** Makes chart rows of a latency series: gaps stay gaps, and figures sum it up. */
import type { LatencyPoint, LatencyRange } from '@/api/contract';

export interface IncidentSpan {
  started_at: string;
  resolved_at: string | null;
  type: 'downtime' | 'degraded';
}

export interface ChartRow {
  t: number;
  p50: number | null;
  p95: number | null;
  max: number | null;
  up: number;
  degraded: number;
  down: number;
  unknown: number;
}

export const rangeMs: Record<LatencyRange, number> = {
  '24h': 86_400_000,
  '7d': 7 * 86_400_000,
  '30d': 30 * 86_400_000,
  '90d': 90 * 86_400_000,
};

/** Where points are missing a row without values is put in, so that no line crosses the hole. */
export function rowsOf(points: readonly LatencyPoint[]): ChartRow[] {
  const rows = points.map((point) => ({ ...point, t: Date.parse(point.t) }));
  const steps = rows.slice(1).map((row, index) => row.t - (rows[index]?.t ?? row.t));
  const step = median(steps.filter((length) => length > 0)) ?? 0;
  return rows.flatMap((row, index) => {
    const before = rows[index - 1];
    if (before === undefined || step === 0 || row.t - before.t <= step * 1.5) return [row];
    return [hole(before.t + step), hole(row.t - step), row];
  });
}

const hole = (t: number): ChartRow => ({
  t,
  p50: null,
  p95: null,
  max: null,
  up: 0,
  degraded: 0,
  down: 0,
  unknown: 0,
});

export interface Figures {
  median: number | null;
  p95: number | null;
  max: number | null;
}

/** The middle of the points' medians and 95th percentiles, and the slowest answer of all. */
export function figuresOf(points: readonly LatencyPoint[]): Figures {
  const values = (pick: (point: LatencyPoint) => number | null) =>
    points.map(pick).filter((value) => value !== null);
  const slowest = values((point) => point.max);
  return {
    median: median(values((point) => point.p50)),
    p95: median(values((point) => point.p95)),
    max: slowest.length === 0 ? null : Math.max(...slowest),
  };
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

/** Round moments for the axis: hours for a day, days for more. */
export function ticksOf(from: number, to: number, range: LatencyRange, narrow: boolean): number[] {
  const wanted = narrow ? 4 : 8;
  const hours = { '24h': 3, '7d': 24, '30d': 96, '90d': 288 }[range] * (narrow ? 2 : 1);
  const start = new Date(from);
  start.setMinutes(0, 0, 0);
  if (range !== '24h') start.setHours(0);
  const ticks: number[] = [];
  for (const at = start; at.getTime() <= to; at.setHours(at.getHours() + 1)) {
    const onGrid =
      range === '24h'
        ? at.getHours() % hours === 0
        : at.getHours() === 0 &&
          Math.round((to - at.getTime()) / 3_600_000 / 24) % (hours / 24) === 0;
    if (onGrid && at.getTime() >= from) ticks.push(at.getTime());
  }
  return ticks.slice(-wanted - 1);
}
