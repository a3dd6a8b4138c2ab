/** How one UTC day is drawn in a bar, by the rules of the look. */
import { percent } from './numbers';
import { stateText } from './text/state';
import { duration, utcDay } from './time';

export interface DayFacts {
  date: string;
  status: 'up' | 'degraded' | 'down' | 'none';
  uptime?: number | null;
  /** Of the day less its maintenance. */
  coverage?: number | null;
  down_s?: number;
  degraded_s?: number;
  unknown_s?: number;
  maintenance_s?: number;
}

/** What a day is measured by. */
export interface Frame {
  /** When the service was added; days before are outlined. */
  createdAt: string;
  now: number;
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
const DAY_MS = 86_400_000;

/** Full colour only for five minutes of trouble or more, below that a notch; never green for what was not seen to be up. */
export function lookOf(day: DayFacts, frame: Frame): DayLook {
  if (day.date < frame.createdAt.slice(0, 10)) return 'outlined';
  const down = day.down_s ?? (day.status === 'down' ? FULL_AFTER_S : 0);
  const degraded = day.degraded_s ?? (day.status === 'degraded' ? FULL_AFTER_S : 0);
  const isDark = day.status === 'none' || (day.coverage ?? 100) < 50;
  if (down >= FULL_AFTER_S) return 'down';
  if (degraded >= FULL_AFTER_S && (down === 0 || isDark)) return 'degraded';
  const isMaintenance = (day.maintenance_s ?? 0) * 2000 >= passedMs(day.date, frame);
  if (isDark) return isMaintenance ? 'maintenance' : 'hatched';
  if (down > 0) return 'down-notch';
  if (degraded > 0) return 'degraded-notch';
  return isMaintenance ? 'maintenance' : 'up';
}

/** How much of a day has passed since the service exists; at least a second. */
function passedMs(date: string, { createdAt, now }: Frame): number {
  const begins = Date.parse(date);
  const to = Math.min(begins + DAY_MS, now);
  return Math.max(1000, to - Math.max(begins, Date.parse(createdAt)));
}

export interface DayText {
  title: string;
  lines: string[];
}

/** What the tooltip says; a screen reader hears the same. */
export function dayText(day: DayFacts, frame: Frame): DayText {
  const look = lookOf(day, frame);
  const today = new Date(frame.now).toISOString().slice(0, 10);
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
export function summaryOf(days: readonly DayFacts[], frame: Frame): string {
  const looks = days.map((day) => lookOf(day, frame));
  const count = (...wanted: DayLook[]) => looks.filter((look) => wanted.includes(look)).length;
  const parts: [number, (n: number) => string][] = [
    [count('down', 'down-notch'), stateText.daysWith.down],
    [count('degraded', 'degraded-notch'), stateText.daysWith.degraded],
    [count('maintenance'), stateText.daysWith.maintenance],
    [count('up'), stateText.daysWith.up],
    [count('hatched'), stateText.daysWith.dark],
  ];
  const said = parts.filter(([n]) => n > 0).map(([n, words]) => words(n));
  return stateText.lastDays(days.length, said.join(', '));
}
