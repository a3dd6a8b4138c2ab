/** Whether what a dashboard shows may still be believed. */

export const STALE_AFTER_MS = 60_000;

export type Freshness =
  | { kind: 'fresh' }
  /** `away`: we cannot hear the server; otherwise the server has had nothing new to say. */
  | { kind: 'stale'; ageMs: number; away: boolean };

interface Signs {
  /** A live stream is open. */
  connected: boolean;
  /** Since anything came from the server, in milliseconds. */
  heardAgo: number;
  /** Since the newest look of any watched service; null while there was none. */
  newestAgo: number | null;
  /** The shortest interval among watched services. */
  shortestIntervalMs: number;
}

export function freshnessOf(signs: Signs): Freshness {
  const { connected, heardAgo, newestAgo, shortestIntervalMs } = signs;
  if (!connected && heardAgo > STALE_AFTER_MS) {
    return { kind: 'stale', ageMs: heardAgo, away: true };
  }
  // A service looked at every five minutes may be silent that long; one that is overdue may not.
  if (newestAgo !== null && newestAgo > shortestIntervalMs + STALE_AFTER_MS) {
    return { kind: 'stale', ageMs: newestAgo, away: false };
  }
  return { kind: 'fresh' };
}
