/** Which of the workspace's own windows concern the reader now: running, or beginning within a day. */
import type { MaintenanceWindow } from '@/api/maintenance';
import { maintenanceText as text } from '@/lib/text/maintenance';

const SOON_MS = 24 * 3_600_000;

export interface SoonWindow {
  window: MaintenanceWindow;
  active: boolean;
  /** When it ends if it is running, else when it begins. */
  moment: string;
}

/** By the clock, not by what was true when the list was read; what runs comes first. */
export function soonWindows(list: readonly MaintenanceWindow[], now: number): SoonWindow[] {
  return list
    .flatMap((window): SoonWindow[] => {
      if (window.next === null) return [];
      const { from, until } = window.next;
      const begins = Date.parse(from);
      if (Date.parse(until) <= now || begins - now >= SOON_MS) return [];
      const active = begins <= now;
      return [{ window, active, moment: active ? until : from }];
    })
    .sort(
      (a, b) =>
        Number(b.active) - Number(a.active) ||
        Date.parse(a.moment) - Date.parse(b.moment) ||
        a.window.title.localeCompare(b.window.title),
    );
}

/** Which services a window is about, in words. */
export function covers({ categories, service_ids }: MaintenanceWindow): string {
  if (categories !== null) return text.categories(categories.join(', '));
  return service_ids === null ? text.all : text.services(service_ids.length);
}
