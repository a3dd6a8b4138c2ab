import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { electOverChannel } from './leader';

/** All that may pass until one of the tabs leads: the silence, a beat on which it is noticed, and the objection. */
const BOUND_MS = 15_000;

/** Carries messages a moment later, as a browser does. */
const open = new Set<Channel>();
let said: string[];
class Channel {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  deaf = false;
  constructor() {
    open.add(this);
    latest = this;
  }
  postMessage(data: { kind: string }) {
    if (this.deaf) return;
    said.push(data.kind);
    for (const other of open) {
      if (other === this) continue;
      setTimeout(() => {
        if (open.has(other) && !other.deaf) other.onmessage?.({ data });
      }, 1);
    }
  }
  close() {
    open.delete(this);
  }
}
let latest: Channel;

interface Tab {
  name: number;
  life: EventTarget;
  channel: Channel;
  terms: AbortSignal[];
  close: () => void;
}
let tabs: Tab[];

/** A tab whose id is `name`. */
function openTab(name: number): Tab {
  vi.spyOn(Math, 'random').mockReturnValueOnce(name);
  const end = new AbortController();
  const life = new EventTarget();
  const terms: AbortSignal[] = [];
  electOverChannel((term) => terms.push(term), end.signal, life);
  const tab = { name, life, channel: latest, terms, close: () => end.abort() };
  tabs.push(tab);
  return tab;
}

const leads = ({ terms }: Tab) => terms.some(({ aborted }) => !aborted);
const leaders = () => tabs.filter(leads).map(({ name }) => name);
const pass = (ms: number) => vi.advanceTimersByTime(ms);
const happens = (tab: Tab, event: string) => tab.life.dispatchEvent(new Event(event));

/** The tab runs no line from now on and says nothing: it crashed, or its machine stopped it. */
function dies(tab: Tab) {
  tab.channel.deaf = true;
  tabs = tabs.filter((other) => other !== tab);
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('BroadcastChannel', Channel);
  tabs = [];
  said = [];
});
afterEach(() => {
  for (const tab of tabs) tab.close();
  open.clear();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('one tab leads', () => {
  it.each([
    ['alone', [0.5]],
    ['the lowest came first', [0.1, 0.2, 0.3]],
    ['the lowest came last', [0.3, 0.2, 0.1]],
    ['the lowest came between others', [0.6, 0.4, 0.1, 0.5, 0.8, 0.7, 0.3, 0.2]],
  ])('of those that open at once: %s', (_, names) => {
    names.forEach(openTab);
    pass(400);
    expect(leaders()).toEqual([Math.min(...names)]);
    // And no other did before.
    expect(tabs.flatMap(({ terms }) => terms)).toHaveLength(1);
  });

  it('of those that open while others still claim', () => {
    openTab(0.2);
    pass(200);
    openTab(0.5);
    pass(200);
    expect(leaders()).toEqual([0.2]);
    openTab(0.1);
    pass(60_000);
    expect(leaders()).toEqual([0.2]);
  });

  it('whoever opens later leaves the lead where it is', () => {
    openTab(0.9);
    pass(1_000);
    for (const name of [0.1, 0.2, 0.3]) openTab(name);
    pass(1_000);
    said = [];
    pass(60_000);
    expect(leaders()).toEqual([0.9]);
    expect(tabs[0]?.terms).toHaveLength(1);
    // Nobody asks whom they hear.
    expect(new Set(said)).toEqual(new Set(['lead']));
  });
});

describe('another takes over', () => {
  it.each([
    ['at once when the leader closes', (tab: Tab) => tab.close(), 400],
    ['at once when its page is left', (tab: Tab) => happens(tab, 'pagehide'), 400],
    ['at once when it is put to sleep', (tab: Tab) => happens(tab, 'freeze'), 400],
    ['in time when it says nothing any more', dies, BOUND_MS],
  ])('%s', (_, ends, within) => {
    const first = openTab(0.1);
    pass(1_000);
    for (const name of [0.7, 0.4, 0.5]) openTab(name);
    pass(30_000);
    expect(leaders()).toEqual([0.1]);
    ends(first);
    pass(within);
    expect(leaders()).toEqual([0.4]);
    pass(60_000);
    expect(leaders()).toEqual([0.4]);
  });

  it('once it is seen, when its timers were held back', () => {
    const first = openTab(0.1);
    openTab(0.2);
    pass(1_000);
    dies(first);
    const now = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(now + 20_000);
    happens(tabs[0] as Tab, 'visibilitychange');
    pass(400);
    expect(leaders()).toEqual([0.2]);
  });

  it('when who claimed the lead closed before it had it', () => {
    openTab(0.1);
    openTab(0.2);
    pass(100);
    tabs[0]?.close();
    pass(400);
    expect(leaders()).toEqual([0.2]);
  });
});

it('nobody takes over from a leader whose timers are held back, but who answers', () => {
  const never = 0 as unknown as ReturnType<typeof setInterval>;
  vi.spyOn(globalThis, 'setInterval').mockReturnValueOnce(never);
  const first = openTab(0.9);
  pass(1_000);
  for (const name of [0.1, 0.2]) openTab(name);
  pass(120_000);
  expect(leaders()).toEqual([0.9]);
  expect(first.terms).toHaveLength(1);
});

describe('of two leaders the one with the lower id stays', () => {
  it.each([
    ['the older one', 0.1, 0.2],
    ['the younger one', 0.2, 0.1],
  ])('%s', (_, older, younger) => {
    const first = openTab(older);
    pass(1_000);
    // It sleeps so deeply that it does not even say so.
    first.channel.deaf = true;
    openTab(younger);
    pass(1_000);
    expect(leaders()).toEqual([older, younger]);
    first.channel.deaf = false;
    pass(5_000);
    expect(leaders()).toEqual([0.1]);
    pass(60_000);
    expect(leaders()).toEqual([0.1]);
  });
});

describe('a tab that comes back', () => {
  it.each([
    ['from the memory of the browser', 'pagehide', 'pageshow'],
    ['from sleep', 'freeze', 'resume'],
  ])('%s follows who leads now, and can lead again', (_, gone, back) => {
    const first = openTab(0.1);
    pass(1_000);
    const second = openTab(0.2);
    pass(1_000);
    happens(first, gone);
    pass(120_000);
    expect(leaders()).toEqual([0.2]);
    happens(first, back);
    pass(60_000);
    expect(leaders()).toEqual([0.2]);
    second.close();
    pass(400);
    expect(leaders()).toEqual([0.1]);
  });

  it('leads when it is alone', () => {
    const only = openTab(0.1);
    pass(1_000);
    happens(only, 'pagehide');
    expect(leaders()).toEqual([]);
    pass(120_000);
    expect(leaders()).toEqual([]);
    happens(only, 'pageshow');
    pass(400);
    expect(leaders()).toEqual([0.1]);
  });

  it('hears of nothing as long as it is away', () => {
    const first = openTab(0.1);
    const second = openTab(0.2);
    pass(1_000);
    happens(first, 'pagehide');
    pass(1_000);
    second.close();
    pass(120_000);
    expect(leaders()).toEqual([]);
  });

  it('changes nothing when it was not away', () => {
    const only = openTab(0.1);
    happens(only, 'pageshow');
    pass(1_000);
    happens(only, 'pageshow');
    pass(60_000);
    expect(only.terms).toHaveLength(1);
  });
});
