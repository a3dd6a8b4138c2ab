/** Whether what is shown of one service may still be believed: the rule of the dashboard, for its interval alone. */
import { useSyncExternalStore } from 'react';
import type { Service } from '@/api/contract';
import { isConnected, lastHeard, onConnection } from '@/api/live';
import type { Status } from '@/lib/status';
import { useNow } from '@/ui/RelativeTime';
import { type Freshness, freshnessOf } from './list/freshness';
import { statusOf } from './list/sections';

/** Nobody looks at these: what is said of them does not grow old. */
const unlooked: readonly Status[] = ['paused', 'pending'];

/** `fetchedAt`: when it last came without the stream, by the browser's clock. */
export function useFreshness(service: Service, fetchedAt: number): Freshness {
  const connected = useSyncExternalStore(onConnection, isConnected);
  const now = useNow();
  const { checked_at } = service.current_status;
  if (unlooked.includes(statusOf(service))) return { kind: 'fresh' };
  return freshnessOf({
    connected,
    heardAgo: Date.now() - Math.max(fetchedAt, lastHeard()),
    newestAgo: checked_at == null ? null : now - Date.parse(checked_at),
    shortestIntervalMs: service.check_interval * 1000,
  });
}
