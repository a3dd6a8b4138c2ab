/** Live events: one stream per browser, held by one tab and passed on to the others. */
import { fetchWithin } from './deadline';
import { electOverChannel } from './leader';
import { refreshSession, sessionEnded } from './session';

const CHANNEL = 'pulsecheck.live';
const LOCK = 'pulsecheck.live';
const POLL_MS = 20_000;
/** A background tab's timers may fire once a minute only. */
const LEADER_SILENT_MS = 90_000;
const BEAT_MS = 25_000;
/** A stream that opens so soon after the page may only have missed what happened since the first answers came. */
const AT_ONCE_MS = 1_000;

const eventNames = [
  'service.status',
  'service.changed',
  'incident.opened',
  'incident.changed',
  'incident.resolved',
  'resync',
] as const;
/** `opened`: from now on nothing is missed; what has been fetched before may be old. */
export type LiveEventName = (typeof eventNames)[number] | 'opened';
export interface LiveEvent {
  name: LiveEventName;
  data: unknown;
}

type Message =
  | { kind: 'event'; event: LiveEvent }
  | { kind: 'state'; connected: boolean }
  | { kind: 'hello' };

let connected = false;
let heardAt = 0;
let leading = false;
const stateListeners = new Set<() => void>();

export const isConnected = (): boolean => connected;
/** When this tab last knew the stream to be alive, by the browser's clock. */
export const lastHeard = (): number => (connected && leading ? Date.now() : heardAt);
/** For queries: fetch every 20 s while no stream is there. */
export const pollWhileAway = (): number | false => (connected ? false : POLL_MS);

export function onConnection(listener: () => void): () => void {
  stateListeners.add(listener);
  return () => {
    stateListeners.delete(listener);
  };
}

function setConnected(value: boolean): void {
  if (connected) heardAt = Date.now();
  if (value === connected) return;
  connected = value;
  for (const tell of stateListeners) tell();
}

/** Starts listening; the returned function ends it. */
export function startLive(onEvent: (event: LiveEvent) => void): () => void {
  const startedAt = Date.now();
  const stop = new AbortController();
  const channel = 'BroadcastChannel' in window ? new BroadcastChannel(CHANNEL) : null;
  const say = (message: Message) => channel?.postMessage(message);

  channel?.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'hello') {
      if (leading) say({ kind: 'state', connected });
      return;
    }
    if (leading) return;
    heardAt = Date.now();
    if (data.kind === 'state') setConnected(data.connected);
    else onEvent(data.event);
  });

  const lead = (term: AbortSignal) => {
    leading = true;
    term.addEventListener('abort', () => {
      leading = false;
      heardAt = Date.now();
      // Who leads instead says how its stream is.
      if (!stop.signal.aborted) say({ kind: 'hello' });
    });
    return holdStream(term, startedAt, {
      onEvent: (event) => {
        onEvent(event);
        say({ kind: 'event', event });
      },
      onState: (value) => {
        setConnected(value);
        say({ kind: 'state', connected: value });
      },
    });
  };

  say({ kind: 'hello' });
  const beat = setInterval(() => {
    if (leading) say({ kind: 'state', connected });
    else if (Date.now() - heardAt > LEADER_SILENT_MS) setConnected(false);
  }, BEAT_MS);

  if (channel === null) void lead(stop.signal);
  else if ('locks' in navigator) {
    const request = navigator.locks.request(LOCK, { signal: stop.signal }, () => lead(stop.signal));
    request.catch(() => undefined);
  } else electOverChannel((term) => void lead(term), stop.signal);

  // What happened while this page lay in the memory of the browser nobody has told it.
  const back = ({ persisted }: PageTransitionEvent) => {
    if (!persisted) return;
    onEvent({ name: 'resync', data: null });
    say({ kind: 'hello' });
  };
  window.addEventListener('pageshow', back, { signal: stop.signal });

  return () => {
    stop.abort();
    clearInterval(beat);
    channel?.close();
    setConnected(false);
  };
}

interface StreamHandlers {
  onEvent: (event: LiveEvent) => void;
  onState: (connected: boolean) => void;
}

/** Keeps a stream open, through reconnects, until the signal, and resolves then. `startedAt` is since when this tab shows what it has fetched. */
function holdStream(
  signal: AbortSignal,
  startedAt: number,
  handlers: StreamHandlers,
): Promise<void> {
  return new Promise((resolve) => {
    let source: EventSource | null = null;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let opened = false;

    const open = () => {
      const mine = new EventSource('/api/events');
      source = mine;
      mine.onopen = () => {
        failures = 0;
        handlers.onState(true);
        // Whatever happened while the stream was away, another tab's or not there yet is fetched, not guessed.
        const late = Date.now() - startedAt > AT_ONCE_MS;
        handlers.onEvent({ name: opened || late ? 'resync' : 'opened', data: null });
        opened = true;
      };
      mine.onerror = () => {
        handlers.onState(false);
        // The browser reconnects by itself unless the server answered with an error.
        if (mine.readyState === EventSource.CLOSED) void later();
      };
      for (const name of eventNames) {
        mine.addEventListener(name, ({ data }: MessageEvent<string>) => {
          const parsed = parse(data);
          if (parsed !== undefined) handlers.onEvent({ name, data: parsed });
        });
      }
    };

    const later = async () => {
      failures += 1;
      const wait = Math.min(30_000, 1000 * 2 ** Math.min(failures, 5)) * (0.75 + Math.random() / 2);
      retry = setTimeout(async () => {
        const session = await sessionState();
        if (signal.aborted) return;
        if (session === 'ended') sessionEnded(true);
        // A form may have kept its page, until somebody signs in again.
        if (session === 'renewed') open();
        else void later();
      }, wait);
    };

    signal.addEventListener('abort', () => {
      source?.close();
      clearTimeout(retry);
      resolve();
    });
    open();
  });
}

/** The stream cannot tell why it was refused; this can. */
async function sessionState(): Promise<'renewed' | 'ended' | 'unreachable'> {
  const askedAt = Date.now();
  try {
    const response = await fetchWithin('/api/auth/me');
    if (response.ok) return 'renewed';
    return response.status === 401 ? await refreshSession(askedAt) : 'unreachable';
  } catch {
    return 'unreachable';
  }
}

function parse(data: string): unknown {
  try {
    return data === '' ? null : JSON.parse(data);
  } catch {
    return undefined;
  }
}
