/** Makes chart rows of a latency series: gaps stay gaps, and figures sum it up. */
import type { LatencyPoint } from '@/api/contract';
import { type Range, rangeMs } from '@/lib/ranges';

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

/** Where points are missing a row without values is put in, so that no line crosses the hole. */
export function rowsOf(points: readonly LatencyPoint[]): ChartRow[] {
  const rows = points.map((point) => ({ ...answered(point), t: Date.parse(point.t) }));
  const steps = rows.slice(1).map((row, index) => row.t - (rows[index]?.t ?? row.t));
  const step = median(steps.filter((length) => length > 0)) ?? 0;
  return rows.flatMap((row, index) => {
    const before = rows[index - 1];
    if (before === undefined || step === 0 || row.t - before.t <= step * 1.5) return [row];
    return [hole(before.t + step), hole(row.t - step), row];
  });
}

/** How fast an error page came says nothing of how fast the service is: an outage is a gap. */
const answered = (point: LatencyPoint): LatencyPoint =>
  point.up + point.degraded > 0 ? point : { ...point, p50: null, p95: null, max: null };

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
    points.map((point) => pick(answered(point))).filter((value) => value !== null);
  const slowest = values((point) => point.max);
  return {
    median: median(values((point) => point.p50)),
    p95: median(values((point) => point.p95)),
    max: slowest.length === 0 ? null : Math.max(...slowest),
  };
}

/** The highest value that is drawn; never zero, so that an axis can be made of it. */
export const topOf = (points: readonly LatencyPoint[]): number =>
  Math.max(1, ...points.map(answered).map(({ p50, p95 }) => p95 ?? p50 ?? 0));

/** A limit far above all answers would press their lines flat: it is told, and not drawn. */
export const isThresholdDrawn = (points: readonly LatencyPoint[], threshold: number): boolean =>
  topOf(points) > threshold * 0.55;

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

const HALF_HOUR = 1_800_000;

/** A young service's chart begins with its first look, not with hours of nothing. */
export function beginOf(rows: readonly ChartRow[], to: number, range: Range): number {
  const from = to - rangeMs[range];
  const first = rows.find((row) => row.up + row.degraded + row.down + row.unknown > 0)?.t ?? from;
  return first - from < rangeMs[range] / 2 ? from : Math.max(from, Math.min(first, to - HALF_HOUR));
}

/** Points between two holes: no line shows them, so they are drawn as dots. */
export function lonePoints(rows: readonly ChartRow[]): ReadonlySet<number> {
  const empty = (index: number) => (rows[index]?.p50 ?? null) === null;
  return new Set(
    rows
      .filter((_, index) => !empty(index) && empty(index - 1) && empty(index + 1))
      .map(({ t }) => t),
  );
}

export interface Bucket extends Figures {
  from: number;
  /** Seconds in which the service was not up. */
  troubled: number;
}

/** Neighbouring points together, at most `most` times, for who reads figures and not a line. */
export function bucketsOf(rows: readonly ChartRow[], most: number): Bucket[] {
  const size = Math.max(1, Math.ceil(rows.length / most));
  const buckets: Bucket[] = [];
  for (let at = 0; at < rows.length; at += size) {
    const part = rows.slice(at, at + size);
    const values = (pick: (row: ChartRow) => number | null) =>
      part.map(pick).filter((value) => value !== null);
    const slowest = values(({ max }) => max);
    buckets.push({
      from: part[0]?.t ?? 0,
      median: median(values(({ p50 }) => p50)),
      p95: median(values(({ p95 }) => p95)),
      max: slowest.length === 0 ? null : Math.max(...slowest),
      troubled: part.reduce((sum, row) => sum + row.down + row.degraded + row.unknown, 0),
    });
  }
  return buckets;
}
