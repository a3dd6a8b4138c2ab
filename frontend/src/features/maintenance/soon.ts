/** Which of the workspace's own windows concern the reader now: running, or beginning within a day. */
import type { MaintenanceWindow, SoonWindow } from '@/api/maintenance';
import { maintenanceText as text } from '@/lib/text/maintenance';

export interface Near {
  window: SoonWindow;
  active: boolean;
  /** When it ends if it is running, else when it begins. */
  moment: string;
}

/** By the clock, not by what was true when the list was read; what runs comes first. */
export function nearWindows(list: readonly SoonWindow[], now: number): Near[] {
  return list
    .filter(({ until }) => Date.parse(until) > now)
    .map((window): Near => {
      const active = Date.parse(window.from) <= now;
      return { window, active, moment: active ? window.until : window.from };
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
  return coversOf(categories, service_ids === null ? null : service_ids.length);
}

/** The same of a window in short. */
export const coversInShort = ({ categories, more_categories, services }: SoonWindow): string =>
  coversOf(categories, services, more_categories);

function coversOf(categories: string[] | null, services: number | null, more = 0): string {
  if (categories !== null) return text.categories(categories.join(', '), more);
  return services === null ? text.all : text.services(services);
}
