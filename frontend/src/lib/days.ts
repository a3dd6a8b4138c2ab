/** How one UTC day is drawn in a bar, by the rules of the look. */
import { percent } from './numbers';
import { stateText } from './text/state';
import { duration, utcDay } from './time';

export interface DayFacts {
  date: string;
  status: 'up' | 'degraded' | 'down' | 'none' | 'unknown' | 'maintenance';
  uptime?: number | null;
  coverage?: number | null;
  down_s?: number;
  degraded_s?: number;
  unknown_s?: number;
  maintenance_s?: number;
}

export type DayLook =
  | 'up'
  | 'degraded'
  | 'degraded-notch'
  | 'down'
  | 'down-notch'
  | 'maintenance'
  | 'hatched'
  | 'outlined';

const FULL_AFTER_S = 300;

/** Full colour only for five minutes of trouble or more, below that a notch. */
export function lookOf(day: DayFacts, createdOn: string): DayLook {
  if (day.date < createdOn) return 'outlined';
  const down = day.down_s ?? (day.status === 'down' ? FULL_AFTER_S : 0);
  const degraded = day.degraded_s ?? (day.status === 'degraded' ? FULL_AFTER_S : 0);
  if (down >= FULL_AFTER_S) return 'down';
  if (down > 0) return 'down-notch';
  if (degraded >= FULL_AFTER_S) return 'degraded';
  if (degraded > 0) return 'degraded-notch';
  if (day.status === 'none' || day.status === 'unknown' || (day.coverage ?? 100) < 50) {
    return 'hatched';
  }
  return day.status === 'maintenance' ? 'maintenance' : 'up';
}

export interface DayText {
  title: string;
  lines: string[];
}

/** What the tooltip says; a screen reader hears the same. */
export function dayText(day: DayFacts, createdOn: string, today: string): DayText {
  const look = lookOf(day, createdOn);
  const name = utcDay(day.date);
  const lines: string[] = [];
  const spans: [number | undefined, (span: string) => string][] = [
    [day.down_s, stateText.spentDown],
    [day.degraded_s, stateText.spentDegraded],
    [day.maintenance_s, stateText.spentMaintenance],
  ];
  for (const [seconds, words] of spans) {
    if (seconds !== undefined && seconds > 0) lines.push(words(duration(seconds * 1000)));
  }
  if (lines.length === 0) {
    lines.push(look === 'up' && day.date === today ? stateText.upSoFar : stateText.day[look]);
  }
  if (look !== 'outlined') {
    if (day.uptime != null) lines.push(stateText.uptime(percent(day.uptime)));
    if (day.coverage != null && day.coverage < 100) {
      lines.push(stateText.observed(percent(day.coverage)));
    }
  }
  return { title: day.date === today ? stateText.today(name) : name, lines };
}

/** One sentence for the whole bar. */
export function summaryOf(days: readonly DayFacts[], createdOn: string): string {
  const looks = days.map((day) => lookOf(day, createdOn));
  const count = (...wanted: DayLook[]) => looks.filter((look) => wanted.includes(look)).length;
  const parts: [number, (n: number) => string][] = [
    [count('down', 'down-notch'), stateText.daysWith.down],
    [count('degraded', 'degraded-notch'), stateText.daysWith.degraded],
    [count('up'), stateText.daysWith.up],
    [count('hatched'), stateText.daysWith.dark],
  ];
  const said = parts.filter(([n]) => n > 0).map(([n, words]) => words(n));
  return stateText.lastDays(days.length, said.join(', '));
}
