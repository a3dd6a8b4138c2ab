/** Moments and spans in words, in the reader's zone and by the server's clock. */
import { timeText } from './text/time';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const exactFormat = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'medium',
});
const shortDayTime = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const clockFormat = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const shortClockFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayYearFormat = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});
const dateFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const utcDayFormat = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
});

let skew = 0;

/** Notes the server's clock, so that a wrong clock in the browser makes no wrong sentence. */
export function noteServerTime(serverNow: number, localNow = Date.now()): void {
  const difference = serverNow - localNow;
  // The Date header counts whole seconds and the answer took a while: only real skew matters.
  skew = Math.abs(difference) > 5 * SECOND ? difference : 0;
}

export const now = (): number => Date.now() + skew;

/** A moment of the browser's clock as the server's clock has it. */
export const byServer = (local: number): string => new Date(local + skew).toISOString();

type Moment = string | number | Date;
const at = (moment: Moment): number => new Date(moment).getTime();

/** `21 Nov 2026, 08:14:03` */
export const exact = (moment: Moment): string => exactFormat.format(at(moment));
export const dayAndTime = (moment: Moment): string => shortDayTime.format(at(moment));
export const clock = (moment: Moment): string => clockFormat.format(at(moment));
export const date = (moment: Moment): string => dateFormat.format(at(moment));
export const shortClock = (moment: Moment): string => shortClockFormat.format(at(moment));
/** `Today`, `20 Nov`, with the year where it is another one. */
export function dayOf(moment: Moment): string {
  if (isSameDay(moment, now())) return timeText.today;
  const sameYear = new Date(at(moment)).getFullYear() === new Date(now()).getFullYear();
  return (sameYear ? dayFormat : dayYearFormat).format(at(moment));
}
export const axisDay = (moment: Moment): string => dayFormat.format(at(moment));
/** A UTC day such as `2026-11-21`: `Sat 21 Nov` */
export const utcDay = (day: string): string => utcDayFormat.format(new Date(`${day}T00:00:00Z`));

/** `4 s`, `12 min`, `3 h 20 min`, `6 d 4 h` */
export function duration(ms: number): string {
  const span = Math.max(0, ms);
  const { seconds, minutes, hours, days } = timeText;
  if (span < MINUTE) return seconds(Math.floor(span / SECOND));
  if (span < HOUR) return minutes(Math.floor(span / MINUTE));
  const [size, big, unit, rest, small] =
    span < DAY
      ? ([HOUR, hours, MINUTE, 60, minutes] as const)
      : ([DAY, days, HOUR, 24, hours] as const);
  const whole = Math.floor(span / size);
  const left = Math.floor(span / unit) % rest;
  return left === 0 || whole >= 30 ? big(whole) : `${big(whole)} ${small(left)}`;
}

export const since = (moment: Moment, until: Moment = now()): string =>
  duration(at(until) - at(moment));

/** `just now`, `12 s ago`, `in 3 d` */
export function relative(moment: Moment, from: number = now()): string {
  const difference = from - at(moment);
  if (difference < 0)
    return difference > -2 * SECOND ? timeText.justNow : timeText.in(duration(-difference));
  return difference < 2 * SECOND ? timeText.justNow : timeText.ago(duration(difference));
}

/** Whole days from now on, negative when past. */
export const daysUntil = (moment: Moment, from: number = now()): number =>
  Math.floor((at(moment) - from) / DAY);

export const isSameDay = (a: Moment, b: Moment): boolean =>
  new Date(at(a)).toDateString() === new Date(at(b)).toDateString();
