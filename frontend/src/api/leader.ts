/** Which tab of this browser leads, agreed on over a channel: for plain http, where there are no Web Locks. */

const CHANNEL = 'pulsecheck.leader';
/** So long the others may object to who wants to lead. */
const OBJECTION_MS = 300;
const BEAT_MS = 4_000;
/** The browser holds back the timers of a tab in the background, but not its answers: who was silent for so long is asked. */
const SILENT_MS = 10_000;

/** `claim`: I want to lead. `lead`: I do. `leave`: I no longer do, or want to. */
interface Message {
  kind: 'claim' | 'lead' | 'leave';
  id: number;
}

/**
 * Calls `lead` whenever this tab has come to lead, with a signal that ends its term, and takes part until `stop`.
 * Where two tabs want to lead, or do, the lower id wins. A tab that is hidden in the browser's memory or put to sleep
 * takes no part, and joins as a new one when it comes back.
 */
export function electOverChannel(
  lead: (term: AbortSignal) => void,
  stop: AbortSignal,
  tab: EventTarget = window,
): void {
  const id = Math.random();
  const channel = new BroadcastChannel(CHANNEL);
  const say = (kind: Message['kind']) => channel.postMessage({ kind, id } satisfies Message);
  let away = false;
  let term: AbortController | undefined;
  let objection: ReturnType<typeof setTimeout> | undefined;
  /** By a clock that nobody sets. */
  let heardAt = performance.now();

  const isClaiming = () => objection !== undefined;

  const follow = () => {
    clearTimeout(objection);
    objection = undefined;
    term?.abort();
    term = undefined;
    heardAt = performance.now();
  };

  const claim = () => {
    say('claim');
    objection = setTimeout(() => {
      objection = undefined;
      term = new AbortController();
      say('lead');
      lead(term.signal);
    }, OBJECTION_MS);
  };

  const hear = ({ kind, id: other }: Message) => {
    if (kind === 'leave') {
      if (term === undefined && !isClaiming()) claim();
    } else if (term !== undefined) {
      if (kind === 'lead' && other < id) follow();
      else say('lead');
    } else if (kind === 'lead' || other < id) {
      follow();
    } else if (isClaiming()) {
      // The other came later and has not heard this one.
      say('claim');
    }
  };

  const check = () => {
    if (away || isClaiming()) return;
    if (term !== undefined) say('lead');
    else if (performance.now() - heardAt > SILENT_MS) claim();
  };

  const leave = () => {
    if (term !== undefined || isClaiming()) say('leave');
    follow();
    away = true;
  };

  const join = () => {
    if (!away) return;
    away = false;
    claim();
  };

  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (!away) hear(data);
  };
  const beat = setInterval(check, BEAT_MS);
  // Some of these are events of the document: they are caught on their way down.
  const life = { capture: true, signal: stop };
  for (const gone of ['pagehide', 'freeze']) tab.addEventListener(gone, leave, life);
  for (const back of ['pageshow', 'resume']) tab.addEventListener(back, join, life);
  tab.addEventListener('visibilitychange', check, life);
  stop.addEventListener('abort', () => {
    leave();
    clearInterval(beat);
    channel.close();
  });
  claim();
}
