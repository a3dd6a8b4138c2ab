/** How the installation itself is: the workers' own figures, read with care, and one sentence. */
import { systemText } from './text/system';
import { duration } from './time';

/** A look that starts later than this after its slot is late. */
const LATE_MS = 1_000;

export interface Figures {
  services: number;
  pages: number;
  underWay: number;
  waiting: number;
  /** Looks that wait to be recorded. */
  spool: number;
  looks: number;
  missed: number;
  latestStartMs: number;
  clockJumpMs: number | null;
  isolated: boolean;
}

/** Workers of another version may say more or less; what is missing counts as nothing. */
export function figuresOf(said: Readonly<Record<string, unknown>>): Figures {
  const figure = (name: string): number => {
    const value = said[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : 0;
  };
  return {
    services: figure('services'),
    pages: figure('pages'),
    underWay: figure('under_way'),
    waiting: figure('waiting'),
    spool: figure('spool'),
    looks: figure('looks'),
    missed: figure('missed'),
    latestStartMs: Math.max(0, figure('latest_start_ms')),
    clockJumpMs: typeof said.clock_jump_ms === 'number' ? said.clock_jump_ms : null,
    isolated: said.isolated === true,
  };
}

export interface WorkerSigns {
  live: boolean;
  figures: Figures;
}

/** What live workers say together: counts summed, the worst delay. */
export function together(workers: readonly WorkerSigns[]): Figures {
  const live = workers.filter((worker) => worker.live).map(({ figures }) => figures);
  const sum = (pick: (figures: Figures) => number) =>
    live.reduce((total, figures) => total + pick(figures), 0);
  return {
    services: sum(({ services }) => services),
    pages: sum(({ pages }) => pages),
    underWay: sum(({ underWay }) => underWay),
    waiting: sum(({ waiting }) => waiting),
    spool: sum(({ spool }) => spool),
    looks: sum(({ looks }) => looks),
    missed: sum(({ missed }) => missed),
    latestStartMs: Math.max(0, ...live.map(({ latestStartMs }) => latestStartMs)),
    clockJumpMs: null,
    isolated: live.length > 0 && live.every(({ isolated }) => isolated),
  };
}

export interface SystemWord {
  status: 'up' | 'degraded' | 'down' | 'unknown';
  sentence: string;
  detail: string | null;
}

/** The worst thing first; one silent worker is worth a word, as others do its work. */
export function systemWord(
  workers: readonly WorkerSigns[],
  services: number,
  cacheReachable: boolean,
): SystemWord {
  const { sentence, detail } = systemText;
  const all = together(workers);
  const silent = workers.filter(({ live }) => !live).length;
  if (silent === workers.length) {
    return { status: 'down', sentence: sentence.nobody, detail: detail.nobody };
  }
  if (all.isolated) {
    return { status: 'unknown', sentence: sentence.isolated, detail: detail.isolated };
  }
  if (all.latestStartMs >= LATE_MS) {
    const span = duration(all.latestStartMs);
    return { status: 'degraded', sentence: sentence.late(span), detail: detail.late };
  }
  if (!cacheReachable) {
    return { status: 'degraded', sentence: sentence.cache, detail: detail.cache };
  }
  if (silent > 0) {
    return { status: 'degraded', sentence: sentence.silent(silent), detail: detail.silent };
  }
  return { status: 'up', sentence: services === 0 ? sentence.idle : sentence.fine, detail: null };
}
