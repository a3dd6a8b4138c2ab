/** Keeps the session alive: one silent refresh for all tabs, and one place that learns of its end. */
import { fetchWithin } from './deadline';

const LOCK = 'pulsecheck.refresh';
const STAMP = 'pulsecheck.refreshed';

export type Refreshed = 'renewed' | 'ended' | 'unreachable';

let inFlight: Promise<Refreshed> | null = null;
/** `byItself`: the page has asked for something, and not its reader. */
type Ended = (byItself: boolean) => void;
let onEnded: Ended = () => undefined;

/** Whoever shows pages says here what to do when the session is over. */
export function whenSessionEnds(handler: Ended): void {
  onEnded = handler;
}

export const sessionEnded: Ended = (byItself) => onEnded(byItself);

/**
 * Renews the access token. `failedAt` is when the request that met a 401 was sent: a renewal after
 * that, in whichever tab, is good for it too.
 */
export function refreshSession(failedAt: number): Promise<Refreshed> {
  inFlight ??= underLock(() => refreshUnlessDone(failedAt)).finally(() => {
    inFlight = null;
  });
  return inFlight;
}

async function refreshUnlessDone(failedAt: number): Promise<Refreshed> {
  if (lastRefresh() > failedAt) return 'renewed';
  try {
    const response = await fetchWithin('/api/auth/refresh', undefined, { method: 'POST' });
    if (response.ok) {
      noteRefresh();
      return 'renewed';
    }
    return response.status === 401 || response.status === 403 ? 'ended' : 'unreachable';
  } catch {
    return 'unreachable';
  }
}

/** Web Locks exist in secure contexts only; without them the server's grace for repeats serves. */
async function underLock(work: () => Promise<Refreshed>): Promise<Refreshed> {
  return 'locks' in navigator ? await navigator.locks.request(LOCK, work) : await work();
}

function lastRefresh(): number {
  try {
    return Number(localStorage.getItem(STAMP) ?? 0);
  } catch {
    return 0;
  }
}

function noteRefresh(): void {
  try {
    localStorage.setItem(STAMP, String(Date.now()));
  } catch {
    // Without storage each tab refreshes for itself.
  }
}
