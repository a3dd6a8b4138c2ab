/** The states of a service: their order, and the one sentence that stands over a dashboard. */

export type Status = 'up' | 'degraded' | 'down' | 'unknown' | 'maintenance' | 'paused' | 'pending';

export type Counts = Partial<Record<Status, number>>;

/** Worst first: what the sentence speaks of when several hold. Paused is no trouble at all. */
export const precedence = ['down', 'degraded', 'unknown', 'maintenance', 'pending', 'up'] as const;

/** Services that are pinned under "Needs attention". */
export const needsAttention: readonly Status[] = ['down', 'degraded', 'unknown'];

export const isTroubled = (status: Status): boolean => needsAttention.includes(status);

/** The state that the sentence speaks of, or null where nothing is watched. */
export function worstOf(counts: Counts): (typeof precedence)[number] | null {
  return precedence.find((status) => (counts[status] ?? 0) > 0) ?? null;
}

/** How many services are looked at: everything but the paused ones. */
export function watched(counts: Counts): number {
  return precedence.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
}
