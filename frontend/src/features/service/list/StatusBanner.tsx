/** The first thing on the dashboard: one plain sentence about everything that is watched. */
import { useSyncExternalStore } from 'react';
import type { Summary } from '@/api/contract';
import { isConnected, lastHeard, onConnection } from '@/api/live';
import { newestLook } from '@/api/live-cache';
import { integer, percent } from '@/lib/numbers';
import { type Counts, watched, worstOf } from '@/lib/status';
import { serviceText } from '@/lib/text/service';
import { stateText } from '@/lib/text/state';
import { duration } from '@/lib/time';
import { cx } from '@/ui/classes';
import { DotList } from '@/ui/DotList';
import { RelativeTime, useNow } from '@/ui/RelativeTime';
import { StatusGlyph } from '@/ui/StatusGlyph';
import { concernedOf } from './concerned';
import { ForSpan } from './ForSpan';
import { type Freshness, freshnessOf } from './freshness';

const wash = {
  up: 'bg-up-wash',
  degraded: 'bg-degraded-wash',
  down: 'bg-down-wash',
  unknown: 'bg-unknown-wash',
  maintenance: 'bg-maintenance-wash',
  pending: 'bg-unknown-wash',
};

interface Props {
  summary: Summary;
  /** When data last came without the stream, by the browser's clock. */
  fetchedAt: number;
}

export function StatusBanner({ summary, fetchedAt }: Props) {
  const connected = useSyncExternalStore(onConnection, isConnected);
  const now = useNow();
  const newest = newestOf(summary);
  const freshness = freshnessOf({
    connected,
    heardAgo: Date.now() - Math.max(fetchedAt, lastHeard()),
    newestAgo: newest === null ? null : now - Date.parse(newest),
    shortestIntervalMs: (summary.shortest_interval ?? 0) * 1000,
  });
  const counts: Counts = summary.counts;
  const worst = worstOf(counts);
  const concerned = concernedOf(summary);
  const stale = freshness.kind === 'stale';

  return (
    <div
      className={cx(
        'flex items-start gap-4 rounded-xl px-5 py-5 sm:gap-5 sm:px-7 sm:py-6',
        stale || worst === null ? wash.unknown : wash[worst],
      )}
    >
      <StatusGlyph
        status={worst ?? 'unknown'}
        muted={stale}
        size={28}
        className="mt-1 max-sm:mt-0.5 max-sm:size-6"
      />
      <div className="min-w-0">
        <h1 className="text-sentence font-semibold text-balance">
          <span role="status">
            {stale
              ? stateText.stale(duration(freshness.ageMs))
              : stateText.sentence(counts, concerned?.name)}
          </span>
          {!stale && concerned !== undefined && <ForSpan concerned={concerned} />}
        </h1>
        {stale && (
          <p className="mt-1.5 max-w-prose text-soft">
            {freshness.away ? stateText.staleDetail : stateText.staleLooking}
          </p>
        )}
        <Figures summary={summary} newest={newest} freshness={freshness} />
      </div>
    </div>
  );
}

/** The newest look of any service: what the summary knew, or what an event has told since. */
export function newestOf({ checked_at }: Pick<Summary, 'checked_at'>): string | null {
  const told = newestLook();
  if (checked_at == null) return told === 0 ? null : new Date(told).toISOString();
  return Date.parse(checked_at) >= told ? checked_at : new Date(told).toISOString();
}

function Figures({
  summary,
  newest,
  freshness,
}: {
  summary: Summary;
  newest: string | null;
  freshness: Freshness;
}) {
  return (
    <DotList className="figures mt-2 text-soft">
      {stateText.operational(integer(summary.counts.up ?? 0), integer(watched(summary.counts)))}
      {summary.uptime_24h !== null && serviceText.uptime24(percent(summary.uptime_24h))}
      {newest !== null && freshness.kind === 'fresh' && (
        <>
          {serviceText.lastLook} <RelativeTime at={newest} />
        </>
      )}
    </DotList>
  );
}
