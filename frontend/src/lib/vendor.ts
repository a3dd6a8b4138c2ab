/** What vendors publish about themselves: levels, groups of components, and the names of services made from them. */
import type { Status } from './status';
import { vendorText } from './text/vendor';

const levels = [
  'operational',
  'degraded',
  'partial_outage',
  'major_outage',
  'maintenance',
  'not_monitored',
  'unknown',
] as const;
export type Level = (typeof levels)[number];

export const levelOf = (word: string): Level => levels.find((level) => level === word) ?? 'unknown';

/** The sign beside a vendor's word. It is the vendor's word in colour, not our verdict. */
export const signOf: Record<Level, Status> = {
  operational: 'up',
  degraded: 'degraded',
  partial_outage: 'degraded',
  major_outage: 'down',
  maintenance: 'maintenance',
  not_monitored: 'unknown',
  unknown: 'unknown',
};

/** The vendor's level in words, as in `partial outage`. */
export const levelWords = (word: string): string => vendorText.level[levelOf(word)];

/** How far a vendor is with an incident, in words; unknown words as they are. */
export const phaseWord = (phase: string | null): string | null =>
  phase === null || phase === 'unknown' ? null : (vendorText.phase[phase] ?? phase);

/** The vendor's own word where it says more than the level does, else null. */
export function ownWord(level: string, raw: string | null | undefined): string | null {
  if (raw == null || raw.trim() === '') return null;
  const bare = (word: string) => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  return [level, levelWords(level)].some((word) => bare(word) === bare(raw)) ? null : raw;
}

export interface Offer {
  key: string;
  name: string;
  status: string;
  group_path: readonly string[];
  description?: string | null;
}

export interface OfferGroup {
  /** Names of the groups around, outermost first; empty for components without one. */
  path: readonly string[];
  offers: Offer[];
}

/** Components in the page's order by group, those that have every word of the query. */
export function groupOffers(offers: readonly Offer[], query = ''): OfferGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, OfferGroup>();
  for (const offer of offers) {
    const text = [...offer.group_path, offer.name].join(' ').toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    const key = JSON.stringify(offer.group_path);
    const group = groups.get(key) ?? { path: offer.group_path, offers: [] };
    group.offers.push(offer);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** `GitHub Status` is GitHub; a page that is called nothing but that keeps its name. */
export function vendorName(pageName: string): string {
  const bare = pageName
    .trim()
    .replace(/[\s|:–—-]*\b(system |service )?status( page)?$/i, '')
    .trim();
  return bare === '' ? pageName.trim() : bare;
}

const NAME_LIMIT = 200;

/**
 * `Vendor · Component`; where another component of the page is called the same, its group stands
 * between. Without a component the vendor's name alone.
 */
export function serviceName(vendor: string, offer: Offer | null, all: readonly Offer[]): string {
  if (offer === null) return vendor.slice(0, NAME_LIMIT);
  const ambiguous = all.filter(({ name }) => name === offer.name).length > 1;
  const group = offer.group_path.at(-1);
  const parts = [vendor, ...(ambiguous && group !== undefined ? [group] : []), offer.name];
  return parts.join(' · ').slice(0, NAME_LIMIT);
}

export const hostOf = (url: string): string | null => {
  try {
    return new URL(url).hostname.replace(/^www\./, '');
  } catch {
    return null;
  }
};

/** Whether an address is plainly one where a vendor publishes its status. */
export function looksLikeStatusPage(
  url: string,
  known: { status_page: string } | undefined,
): boolean {
  const host = hostOf(url);
  if (host === null) return false;
  if (known !== undefined && hostOf(known.status_page) === host) return true;
  return /^status\./.test(host) || /\.(statuspage\.io|instatus\.com)$/.test(host);
}

/** Addresses typed into lines: trimmed, without empty ones and repeats. */
export const typedUrls = (lines: readonly string[]): string[] => [
  ...new Set(lines.map((line) => line.trim()).filter((line) => line !== '')),
];

/** Which of the asked addresses are not among the used ones, however they are written. */
export function withoutUse(asked: readonly string[], used: readonly string[]): string[] {
  const plain = (url: string) => (URL.canParse(url) ? new URL(url).href : url);
  const known = new Set(used.map(plain));
  return asked.filter((url) => !known.has(plain(url)));
}
