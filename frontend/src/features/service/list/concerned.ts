/** Of whom the sentence over a dashboard speaks: by name when it is one service, and since when. */
import type { Service, Summary } from '@/api/contract';
import { worstOf } from '@/lib/status';
import { statusOf } from './sections';

export interface Concerned {
  /** None where there are several. */
  name: string | undefined;
  /** Of several the earliest. */
  since: string;
}

/** What the server says of those that stand worst, as long as its counts say the same. */
export function concernedOf({
  counts,
  worst,
}: Pick<Summary, 'counts' | 'worst'>): Concerned | undefined {
  if (worst == null || worst.status !== worstOf(counts)) return undefined;
  const name = counts[worst.status] === 1 ? worst.name : null;
  return { name: name ?? undefined, since: worst.since };
}

/** Since when a service is as it is: an outage began with its incident, before the look that confirmed it. */
export function sinceOf(service: Service): string {
  const { since } = service.current_status;
  const incident = service.active_incident?.started_at ?? since;
  return ['down', 'degraded'].includes(statusOf(service)) ? incident : since;
}
