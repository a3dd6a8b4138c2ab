/** The frame of every signed-in page: who is here, the header, live events. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import {
  Link,
  Navigate,
  Outlet,
  ScrollRestoration,
  useLocation,
  useNavigation,
} from 'react-router';
import { meQuery, preferencesQuery } from '@/api/account';
import type { Me } from '@/api/contract';
import { startLive } from '@/api/live';
import { liveCache } from '@/api/live-cache';
import { hasStatus, isAnswer, sentenceOf } from '@/api/problem';
import { summaryQuery } from '@/api/services';
import { useLastError } from '@/api/useLastError';
import { adoptTheme } from '@/features/account/theme';
import { keepDensity } from '@/features/service/list/density';
import { isWall, paths } from '@/lib/paths';
import { dashboardText } from '@/lib/text/dashboard';
import { shellText } from '@/lib/text/shell';
import { buttonClass } from '@/ui/Button';
import { cx } from '@/ui/classes';
import { StillLoading, Waiting } from '@/ui/Page';
import { OpenIncidentCount } from '@/ui/PageTitle';
import { BrokenChannels } from './BrokenChannels';
import { Connection } from './Connection';
import { ForbiddenPage, OfflinePage, RefusedPage } from './ErrorPages';
import { Header } from './Header';
import { Shortcuts } from './Shortcuts';
import { FrameColour } from './Tab';
import { useArrival } from './useArrival';

const WallPage = lazy(async () => ({ default: (await import('./pages/WallPage')).WallPage }));
const WallMessage = lazy(async () => ({
  default: (await import('./pages/WallPage')).WallMessage,
}));

const wallText = dashboardText.wall;
const RETRY_MS = 5_000;

export function Frame() {
  const location = useLocation();
  const here = location.pathname + location.search + location.hash;
  const wall = isWall(location);
  const me = useQuery({
    ...meQuery(),
    refetchInterval: (query) => (query.state.status === 'error' ? RETRY_MS : false),
  });

  const error = useLastError(me);
  if (me.data !== undefined) return <SignedIn me={me.data} wall={wall} />;
  if (wall && error !== null) return <NoWall error={error} here={here} />;
  if (hasStatus(error, 401)) {
    return <Navigate replace to={here === '/' ? paths.login() : paths.login(here)} />;
  }
  if (error === null) return <StartUp />;
  const retry = () => void me.refetch();
  return (
    <main>
      {hasStatus(error, 403) ? (
        <ForbiddenPage />
      ) : isAnswer(error) ? (
        <RefusedPage error={error} onRetry={retry} />
      ) : (
        <OfflinePage onRetry={retry} />
      )}
    </main>
  );
}

/** On a wall nobody is there to sign in again, and nothing may look well. */
function NoWall({ error, here }: { error: unknown; here: string }) {
  const signedOut = hasStatus(error, 401);
  const words = signedOut
    ? { title: wallText.signedOut, detail: wallText.signedOutDetail }
    : isAnswer(error)
      ? { title: shellText.refused, detail: sentenceOf(error) }
      : { title: wallText.unreachable, detail: wallText.unreachableDetail };
  return (
    <main>
      <Suspense fallback={<StartUp />}>
        <WallMessage {...words}>
          {signedOut && (
            <Link to={paths.login(here)} className={cx(buttonClass(), 'mt-8')}>
              {shellText.signIn}
            </Link>
          )}
        </WallMessage>
      </Suspense>
    </main>
  );
}

/** Before it is known who is here: the header's height, so that nothing jumps. */
export function StartUp() {
  return (
    <>
      <div className="h-14 border-b border-line" />
      <Waiting />
    </>
  );
}

function SignedIn({ me, wall }: { me: Me; wall: boolean }) {
  const client = useQueryClient();
  const navigation = useNavigation();
  const { data: summary, dataUpdatedAt } = useQuery(summaryQuery());
  const [shortcuts, setShortcuts] = useState(false);
  const { data: preferences } = useQuery(preferencesQuery());

  useArrival();
  useEffect(() => startLive(liveCache(client)), [client]);
  useEffect(() => adoptTheme(preferences?.theme), [preferences?.theme]);
  useEffect(() => keepDensity(preferences?.density), [preferences?.density]);

  if (wall) {
    return (
      <OpenIncidentCount value={summary?.open_incidents ?? 0}>
        <main>
          <Suspense fallback={<StartUp />}>
            <WallPage />
          </Suspense>
        </main>
      </OpenIncidentCount>
    );
  }
  return (
    <OpenIncidentCount value={summary?.open_incidents ?? 0}>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-raised focus:px-4 focus:py-2 focus:shadow-float"
      >
        {shellText.skip}
      </a>
      <Header
        me={me}
        openIncidents={summary?.open_incidents ?? 0}
        onShortcuts={() => setShortcuts(true)}
      />
      <Connection counts={summary?.counts} fetchedAt={dataUpdatedAt} />
      <BrokenChannels channels={summary?.broken_channels} />
      <FrameColour />
      <Shortcuts open={shortcuts} onOpen={setShortcuts} />
      {navigation.state === 'loading' && (
        <div role="status" className="fixed inset-x-0 top-0 z-50">
          <span className="sr-only">{shellText.loading}</span>
          <div className="h-0.5 animate-pulse-soft bg-accent" />
          <StillLoading place="absolute inset-x-0 top-3" />
        </div>
      )}
      <main id="content" tabIndex={-1} className="outline-none">
        <Outlet />
      </main>
      <ScrollRestoration />
    </OpenIncidentCount>
  );
}
