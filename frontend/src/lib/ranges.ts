/** How far back one looks: the same choices for latency and for incidents. */

export const ranges = ['24h', '7d', '30d', '90d'] as const;
export type Range = (typeof ranges)[number];

const DAY_MS = 86_400_000;

export const rangeMs: Record<Range, number> = {
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
  '90d': 90 * DAY_MS,
};
