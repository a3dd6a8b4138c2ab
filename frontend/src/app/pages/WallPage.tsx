/** The wall display: read from across the room, without anything to press. */
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useSyncExternalStore } from 'react';
import { Link } from 'react-router';
import type { Summary } from '@/api/contract';
import { isConnected, lastHeard, onConnection } from '@/api/live';
import { sentenceOf } from '@/api/problem';
import { servicePageQuery, summaryQuery } from '@/api/services';
import { useLastError } from '@/api/useLastError';
import { concernedOf } from '@/features/service/list/concerned';
import { ForSpan } from '@/features/service/list/ForSpan';
import { freshnessOf } from '@/features/service/list/freshness';
import { newestOf } from '@/features/service/list/StatusBanner';
import { attentionOf } from '@/features/service/list/sections';
import { WallCounts } from '@/features/service/list/WallCounts';
import { WallTiles } from '@/features/service/list/WallTiles';
import { noFilters } from '@/lib/filters';
import { percent } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { type Counts, worstOf } from '@/lib/status';
import { dashboardText } from '@/lib/text/dashboard';
import { serviceText } from '@/lib/text/service';
import { stateText } from '@/lib/text/state';
import { duration, shortClock } from '@/lib/time';
import { cx } from '@/ui/classes';
import { Icon } from '@/ui/Icon';
import { PageTitle } from '@/ui/PageTitle';
import { useNow } from '@/ui/RelativeTime';
import { StatusGlyph } from '@/ui/StatusGlyph';
import { TabIcon } from '../Tab';

const text = dashboardText.wall;
/** More tiles than this cannot be read from afar. */
export const MOST_TILES = 24;

export function WallPage() {
  const read = useQuery({
    ...summaryQuery(),
    refetchInterval: 15_000,
    refetchIntervalInBackground: true,
  });
  const failure = useLastError(read);
  useAwake();
  if (read.data === undefined) return <Unread failure={failure} />;
  return <Wall summary={read.data} fetchedAt={read.dataUpdatedAt} />;
}

/** Nothing has come yet, or nothing could be read; it is asked again by itself. */
function Unread({ failure, clock }: { failure: unknown; clock?: number | undefined }) {
  if (failure === null) return <WallMessage title={dashboardText.loading} />;
  return <WallMessage title={text.unread} detail={sentenceOf(failure)} clock={clock} />;
}

function Wall({ summary, fetchedAt }: { summary: Summary; fetchedAt: number }) {
  const connected = useSyncExternalStore(onConnection, isConnected);
  const now = useNow();
  const few = summary.total <= MOST_TILES;
  const asked = few ? {} : attentionOf(noFilters);
  const read = useQuery({
    ...servicePageQuery(asked, few ? 'category' : 'status', 0),
    refetchInterval: ({ state }) => (connected && state.data !== undefined ? 60_000 : 15_000),
    refetchIntervalInBackground: true,
  });
  const failure = useLastError(read);
  const newest = newestOf(summary);
  const heard = Math.max(fetchedAt, lastHeard());
  const freshness = freshnessOf({
    connected,
    heardAgo: Date.now() - heard,
    newestAgo: newest === null ? null : now - Date.parse(newest),
    shortestIntervalMs: (summary.shortest_interval ?? 0) * 1000,
  });
  if (freshness.kind === 'stale') {
    const span = duration(freshness.ageMs);
    return <WallMessage title={text.stale} detail={text.staleDetail(span)} clock={now} />;
  }
  const { data } = read;
  // A sentence alone would look as if all were well.
  if (data === undefined) return <Unread failure={failure} clock={now} />;
  const worst = worstOf(summary.counts);
  const services = data.items;
  const concerned = concernedOf(summary);
  const old = newest === null ? null : Math.max(0, now - Date.parse(newest));
  return (
    <Screen label={stateText.sentence(summary.counts)} counts={summary.counts}>
      <header className="flex items-start gap-[2vmin]">
        <StatusGlyph status={worst ?? 'unknown'} size={0} className="mt-[0.6vmin] size-[6vmin]" />
        <div className="min-w-0 flex-1">
          <h1 className="text-[5.6vmin] leading-[1.1] font-semibold tracking-tight text-balance">
            {stateText.sentence(summary.counts, concerned?.name)}
            {concerned !== undefined && <ForSpan concerned={concerned} />}
          </h1>
          {summary.uptime_24h !== null && (
            <p className="figures mt-[0.8vmin] text-[max(0.75rem,2.4vmin)] leading-tight text-soft">
              {serviceText.uptime24(percent(summary.uptime_24h))}
            </p>
          )}
        </div>
        <Clock now={now} old={old} />
      </header>
      {few ? (
        <WallTiles services={services} />
      ) : (
        <WallCounts counts={summary.counts} troubled={services} total={data.total ?? 0} />
      )}
    </Screen>
  );
}

function Clock({ now, old }: { now: number; old: number | null }) {
  return (
    <div className="figures shrink-0 text-right">
      <p className="text-[5.6vmin] leading-[1.1] font-medium">{shortClock(now)}</p>
      {old !== null && (
        <p className="mt-[0.8vmin] text-[max(0.75rem,2.4vmin)] leading-tight text-soft">
          {text.updated} {text.old(duration(old))}
        </p>
      )}
    </div>
  );
}

/** Fills the screen grey: nobody may take it for green. */
export function WallMessage({
  title,
  detail,
  clock,
  children,
}: {
  title: string;
  detail?: string;
  clock?: number | undefined;
  children?: ReactNode;
}) {
  return (
    <Screen label={title}>
      <div className="flex flex-1 flex-col items-center justify-center text-center">
        <StatusGlyph status="unknown" size={0} className="size-[14vmin] text-soft!" />
        <h1 className="mt-[3vmin] text-[8vmin] leading-tight font-semibold tracking-tight">
          {title}
        </h1>
        {detail !== undefined && (
          <p className="figures mt-[1.5vmin] max-w-[90vmin] text-[max(0.75rem,3vmin)] leading-snug text-balance text-soft">
            {detail}
          </p>
        )}
        {children}
        {clock !== undefined && (
          <p className="figures mt-[5vmin] text-[4vmin] leading-tight text-soft">
            {shortClock(clock)}
          </p>
        )}
      </div>
    </Screen>
  );
}

function Screen({
  label,
  counts,
  children,
}: {
  label: string;
  /** None where nothing is known: the screen is grey then, and the tab's icon says so. */
  counts?: Counts;
  children: ReactNode;
}) {
  return (
    <div
      className={cx(
        'group fixed inset-0 flex flex-col gap-[3vmin] overflow-hidden p-[3.5vmin]',
        counts === undefined ? 'bg-sunken' : 'bg-canvas',
      )}
    >
      <PageTitle>{label}</PageTitle>
      <TabIcon counts={counts} away={counts === undefined} />
      {children}
      <Link
        to={paths.dashboard()}
        aria-label={text.leave}
        className="fixed right-3 bottom-3 rounded-md bg-raised p-2 text-faint opacity-0 shadow-float group-hover:opacity-100 focus-visible:opacity-100"
      >
        <Icon name="close" />
      </Link>
    </div>
  );
}

/** The screen is kept from going dark, where the browser lets one. */
function useAwake(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    const ask = () => {
      if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
      navigator.wakeLock.request('screen').then(
        (granted) => {
          lock = granted;
        },
        () => undefined,
      );
    };
    ask();
    document.addEventListener('visibilitychange', ask);
    return () => {
      document.removeEventListener('visibilitychange', ask);
      void lock?.release();
    };
  }, []);
}
