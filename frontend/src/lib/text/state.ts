/** Words for states, days and the dashboard's one sentence. */
import type { DayLook } from '../days';
import { type Counts, type Status, watched, worstOf } from '../status';

export const stateText = {
  word: {
    up: 'Up',
    degraded: 'Degraded',
    down: 'Down',
    unknown: 'Unknown',
    maintenance: 'Maintenance',
    paused: 'Paused',
    pending: 'Waiting for the first look',
  } satisfies Record<Status, string>,
  short: {
    up: 'Up',
    degraded: 'Degraded',
    down: 'Down',
    unknown: 'Unknown',
    maintenance: 'Maintenance',
    paused: 'Paused',
    pending: 'Pending',
  } satisfies Record<Status, string>,
  checkingAgain: 'checking again',

  day: {
    up: 'Up all day',
    degraded: 'Degraded',
    'degraded-notch': 'Briefly degraded',
    down: 'Down',
    'down-notch': 'Briefly down',
    maintenance: 'Maintenance',
    hatched: 'Hardly observed',
    outlined: 'Not watched yet',
  } satisfies Record<DayLook, string>,
  upSoFar: 'Up so far',
  today: (day: string) => `Today, ${day}`,
  spentDown: (span: string) => `${span} down`,
  spentDegraded: (span: string) => `${span} degraded`,
  spentMaintenance: (span: string) => `${span} of maintenance`,
  uptime: (figure: string) => `${figure} uptime`,
  observed: (figure: string) => `${figure} observed`,
  daysWith: {
    down: (n: number) => `${n} with downtime`,
    degraded: (n: number) => `${n} degraded`,
    maintenance: (n: number) => `${n} under maintenance`,
    up: (n: number) => `${n} up all day`,
    dark: (n: number) => `${n} hardly observed`,
  },
  lastDays: (n: number, what: string) => `Last ${n} days: ${what || 'not watched yet'}`,
  barOf: (name: string, n: number) => `Last ${n} days of ${name}`,

  /** The plain sentence over a dashboard. `name` is given when exactly one service is concerned. */
  sentence(counts: Counts, name?: string): string {
    const worst = worstOf(counts);
    if (worst === null) {
      return (counts.paused ?? 0) > 0 ? 'Every service is paused' : 'Nothing is watched yet';
    }
    const n = counts[worst] ?? 0;
    const one = n === 1;
    const who = one && name !== undefined ? name : `${n} ${one ? 'service' : 'services'}`;
    const is = one ? 'is' : 'are';
    switch (worst) {
      case 'down':
      case 'degraded':
        return `${who} ${is} ${worst}`;
      case 'unknown':
        return one
          ? `We could not see how ${who === name ? who : 'one service'} is doing`
          : `We could not see how ${n} services are doing`;
      case 'maintenance':
        return `${who} ${is} under maintenance`;
      case 'pending':
        return watched(counts) === n
          ? 'Waiting for the first look'
          : 'All systems operational so far';
      case 'up':
        return 'All systems operational';
    }
  },
  operational: (up: string, of: string) => `${up} of ${of} operational`,
  forSpan: 'for',
  longestFor: ', the longest for',
  stale: (span: string) => `This data is ${span} old`,
  staleDetail: 'The connection to PulseCheck is away; what you see may have changed. Trying again.',
  staleLooking: 'PulseCheck has not reported a look in a while; what you see may have changed.',

  /** What the service page says first when nobody knows how it is now. */
  serviceWas(name: string, status: Status): string {
    switch (status) {
      case 'up':
        return `${name} was up when last seen`;
      case 'degraded':
        return `${name} was slow or impaired when last seen`;
      case 'down':
        return `${name} was down when last seen`;
      case 'maintenance':
        return `${name} was under maintenance when last seen`;
      default:
        return `We could not see how ${name} was doing`;
    }
  },
  /** What the service page says first. */
  serviceSentence(name: string, status: Status): string {
    switch (status) {
      case 'up':
        return `${name} is up`;
      case 'degraded':
        return `${name} is slow or impaired`;
      case 'down':
        return `${name} is down`;
      case 'unknown':
        return `We could not see how ${name} is doing`;
      case 'maintenance':
        return `${name} is under maintenance`;
      case 'paused':
        return `${name} is paused`;
      case 'pending':
        return `${name} is about to be looked at`;
    }
  },
};
