/** Of whom the sentence over a dashboard speaks: by name when it is one service, and since when. */
import type { Service } from '@/api/contract';
import { type Counts, isTroubled, worstOf } from '@/lib/status';
import { statusOf } from './sections';

export interface Concerned {
  /** None where there are several. */
  name: string | undefined;
  /** Of several the earliest. */
  since: string;
}

/** Nobody is named before all of them are known: a list may be older than the counts, or only a part. */
export function concernedOf(counts: Counts, services: readonly Service[]): Concerned | undefined {
  const worst = worstOf(counts);
  if (worst === null || !(isTroubled(worst) || worst === 'maintenance')) return undefined;
  const found = services.filter((service) => statusOf(service) === worst);
  const [first] = found;
  if (first === undefined || found.length !== counts[worst]) return undefined;
  const since = found
    .map(sinceOf)
    .reduce((one, other) => (Date.parse(other) < Date.parse(one) ? other : one));
  return { name: found.length === 1 ? first.name : undefined, since };
}

/** Since when a service is as it is: an outage began with its incident, before the look that confirmed it. */
export function sinceOf(service: Service): string {
  const { since } = service.current_status;
  const incident = service.active_incident?.started_at ?? since;
  return ['down', 'degraded'].includes(statusOf(service)) ? incident : since;
}
