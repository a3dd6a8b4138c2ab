/** What of an account's mail is shown: where its address stands, and what the choice of a report starts from. */
import type { Me, Preferences, ReportDay } from '@/api/contract';

export type AddressState = 'verified' | 'waiting' | 'unverified';

/** Where the address stands; a link to another one that is on its way comes first. */
export function addressState(me: Pick<Me, 'email_verified' | 'pending_email'>): AddressState {
  if (me.pending_email != null) return 'waiting';
  return me.email_verified ? 'verified' : 'unverified';
}

export interface ReportWish {
  wanted: boolean;
  day: ReportDay;
  zone: string;
}

/** What was chosen, or what somebody who never chose is offered: their own zone. */
export function reportWish(
  preferences: Pick<Preferences, 'weekly_report' | 'report_day' | 'report_zone'>,
  ownZone: string,
): ReportWish {
  return {
    wanted: preferences.weekly_report ?? false,
    day: preferences.report_day ?? 'monday',
    zone: preferences.report_zone ?? ownZone,
  };
}

/** The zones to choose from, in order, the chosen and the own one among them whatever the browser knows. */
export function zoneChoices(known: readonly string[], ...also: readonly string[]): string[] {
  return [...new Set([...known, 'UTC', ...also])].sort();
}
