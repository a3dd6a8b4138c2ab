/** How often to look: the choices that the installation leaves, and the one that counts where another was wanted. */
import { useQuery } from '@tanstack/react-query';
import { type Workspace, workspaceQuery } from '@/api/workspace';
import { serviceText } from '@/lib/text/service';

/** In seconds. */
const choices = [10, 30, 60, 120, 300, 600, 1800, 3600, 21600, 86400] as const;

type IntervalLimits = Pick<Workspace['limits'], 'min_check_interval' | 'max_check_interval'>;

interface Bounds {
  /** No kind of service like this one is looked at more often. */
  shortest?: number;
  /** What the service has already, unless the installation no longer allows it. */
  kept?: number | undefined;
}

/** The shortest first; never none. Limits that are not known yet leave every choice. */
export function offeredIntervals(
  limits: IntervalLimits | undefined,
  { shortest = 0, kept }: Bounds = {},
): number[] {
  const least = Math.max(shortest, limits?.min_check_interval ?? 0);
  const most = limits?.max_check_interval ?? Number.POSITIVE_INFINITY;
  const allowed: number[] = choices.filter((seconds) => seconds >= least && seconds <= most);
  const all = allowed.length === 0 ? [least] : allowed;
  const keeps = kept !== undefined && kept >= least && kept <= most;
  return [...new Set(keeps ? [...all, kept] : all)].sort((a, b) => a - b);
}

export const intervalWords = (seconds: number): string =>
  serviceText.form.intervals[seconds] ?? serviceText.form.intervalOther(seconds);

/** `wanted`, or the next longer one that is offered, or the longest. */
export const nearestInterval = (offered: readonly number[], wanted: number): number =>
  offered.find((seconds) => seconds >= wanted) ?? offered.at(-1) ?? wanted;

/** What is offered in this workspace, and which of it counts when `wanted` was chosen or comes without a choice. */
export function useInterval(
  wanted: number,
  bounds: Bounds = {},
): { offered: number[]; chosen: number } {
  // A form is no worse off without the limits: the server says at its field what is wrong.
  const { data } = useQuery({ ...workspaceQuery(), throwOnError: false });
  const offered = offeredIntervals(data?.limits, bounds);
  return { offered, chosen: nearestInterval(offered, wanted) };
}
