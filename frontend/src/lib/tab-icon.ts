/** Which icon the browser's tab shows: the mark alone, or with the sign of the worst trouble. */
import { type Counts, worstOf } from './status';

const trouble = ['down', 'degraded', 'unknown', 'maintenance'] as const;

/** `away`: the server has not been heard for long, so that nobody knows how things are. */
export function tabIcon(counts: Counts | undefined, away: boolean): string {
  const worst = away ? 'unknown' : worstOf(counts ?? {});
  const sign = trouble.find((one) => one === worst);
  return sign === undefined ? '/favicon.svg' : `/favicon-${sign}.svg`;
}
