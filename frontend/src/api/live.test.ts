import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isConnected, type LiveEvent, startLive } from './live';
import { whenSessionEnds } from './session';

class Source extends EventTarget {
  static readonly CLOSED = 2;
  static last: Source | undefined;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readyState = 0;
  constructor() {
    super();
    Source.last = this;
  }
  close() {
    this.readyState = 2;
  }
}

class Channel extends EventTarget {
  postMessage() {}
  close() {}
}

/** Another tab holds the stream until it lets go. */
let letGo: (() => void) | undefined;
let events: LiveEvent[];
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  Source.last = undefined;
  letGo = undefined;
  events = [];
  vi.stubGlobal('EventSource', Source);
  vi.stubGlobal('BroadcastChannel', Channel);
  vi.stubGlobal('navigator', {
    locks: {
      request: (_: string, __: object, lead: () => Promise<void>) =>
        new Promise<void>((resolve) => {
          letGo = () => void lead().then(resolve);
        }),
    },
  });
  end = startLive((event) => events.push(event));
});
afterEach(() => {
  end();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const names = () => events.map(({ name }) => name);

it('a stream that opens with the page says from when on it misses nothing', () => {
  letGo?.();
  vi.advanceTimersByTime(200);
  Source.last?.onopen?.();
  expect(names()).toEqual(['opened']);
});

it('what a page has fetched before its first stream opened is fetched again', () => {
  letGo?.();
  vi.advanceTimersByTime(5_000);
  Source.last?.onopen?.();
  expect(names()).toEqual(['resync']);
});

it('who takes over the stream of another tab fetches what was missed in between', () => {
  vi.advanceTimersByTime(600_000);
  expect(Source.last).toBeUndefined();
  letGo?.();
  Source.last?.onopen?.();
  expect(names()).toEqual(['resync']);
});

it('so does who was away', () => {
  letGo?.();
  Source.last?.onopen?.();
  Source.last?.onerror?.();
  Source.last?.onopen?.();
  expect(names()).toEqual(['opened', 'resync']);
});

it('goes on once somebody has signed in again, in another tab', async () => {
  letGo?.();
  const first = Source.last;
  vi.stubGlobal('navigator', {});
  const ended = vi.fn();
  whenSessionEnds(ended);
  const answer = vi.fn(async () => new Response(null, { status: 401 }));
  vi.stubGlobal('fetch', answer);
  first?.close();
  first?.onerror?.();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(ended).toHaveBeenCalledExactlyOnceWith(true);
  expect(Source.last).toBe(first);
  answer.mockImplementation(async () => new Response(null, { status: 200 }));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(Source.last).not.toBe(first);
});

describe('without Web Locks', () => {
  beforeEach(() => {
    end();
    events = [];
    vi.stubGlobal('navigator', {});
    end = startLive((event) => events.push(event));
  });

  it('a tab opens the stream once nobody objects to its lead', () => {
    expect(Source.last).toBeUndefined();
    vi.advanceTimersByTime(500);
    Source.last?.onopen?.();
    expect(isConnected()).toBe(true);
    expect(names()).toEqual(['opened']);
  });

  it('a page that is left lets go of its stream, and fetches what it missed when it comes back', () => {
    vi.advanceTimersByTime(500);
    const first = Source.last;
    first?.onopen?.();
    window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
    expect(first?.readyState).toBe(Source.CLOSED);
    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    expect(names()).toEqual(['opened', 'resync']);
    vi.advanceTimersByTime(500);
    expect(Source.last).not.toBe(first);
  });
});
