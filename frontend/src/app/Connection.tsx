/** Says quietly when live updates are away, without moving the page; the tab's icon follows. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { isConnected, lastHeard, onConnection } from '@/api/live';
import { connectionWord, isBlind, QUIET_MS } from '@/lib/connection';
import type { Counts } from '@/lib/status';
import { shellText } from '@/lib/text/shell';
import { duration } from '@/lib/time';
import { Icon } from '@/ui/Icon';
import { useNow } from '@/ui/RelativeTime';
import { TabIcon } from './Tab';

interface Props {
  counts: Counts | undefined;
  /** When data last came without the stream, by the browser's clock; 0 for never. */
  fetchedAt: number;
}

export function Connection({ counts, fetchedAt }: Props) {
  const streamAway = useStreamAway();
  const online = useSyncExternalStore(onNetwork, () => navigator.onLine);
  useNow();
  const heard = Math.max(fetchedAt, lastHeard());
  const ageMs = heard === 0 ? null : Math.max(0, Date.now() - heard);
  const signs = { online, streamAway, ageMs };
  const word = connectionWord(signs);
  return (
    <>
      <TabIcon counts={counts} away={isBlind(signs)} />
      <div className="sticky top-14 z-20 h-0">
        <p role="status" className="sr-only">
          {word === null ? '' : shellText.connection[word]}
        </p>
        {word !== null && ageMs !== null && (
          <div className="pointer-events-none flex justify-center px-4">
            <p
              aria-hidden="true"
              className="figures mt-0.5 flex h-5.5 items-center gap-1.5 rounded-full bg-raised px-3 text-xs whitespace-nowrap text-soft shadow-float sm:mt-1.5"
            >
              <Icon name="away" size={12} />
              {shellText.connection[word]} {shellText.connection.age(duration(ageMs))}
            </p>
          </div>
        )}
      </div>
    </>
  );
}

/** True once the stream has been away for longer than a moment. */
function useStreamAway(): boolean {
  const connected = useSyncExternalStore(onConnection, isConnected);
  const [away, setAway] = useState(false);
  useEffect(() => {
    if (connected) {
      setAway(false);
      return;
    }
    const timer = setTimeout(() => setAway(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [connected]);
  return away && !connected;
}

function onNetwork(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}
