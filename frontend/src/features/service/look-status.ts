/** What the last look by itself found, which is not what the service counts as: that waits for a second look, or is maintenance. */
import type { Observation, Service } from '@/api/contract';
import { isTroubled, type Status } from '@/lib/status';

/** Null where the look failed and nothing says how badly: then its sentence speaks alone. */
export function statusOfLook(
  { failure }: Pick<Observation, 'failure'>,
  { status, reason }: Pick<Service['current_status'], 'status' | 'reason'>,
): Status | null {
  if (failure === null) return 'up';
  return isTroubled(status) && reason?.code === failure.code ? status : null;
}
