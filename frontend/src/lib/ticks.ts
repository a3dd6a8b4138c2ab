/** Where an axis of time has its marks. */

const MINUTE = 60_000;
const steps = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 5760, 10_080, 20_160].map(
  (minutes) => minutes * MINUTE,
);

/** At most `most` round moments for an axis: on the reader's full hours, or on their midnights. */
export function ticksOf(from: number, to: number, most: number): number[] {
  const step = steps.find((length) => (to - from) / length <= most) ?? (to - from) / most;
  const start = new Date(from);
  start.setHours(0, 0, 0, 0);
  const ticks: number[] = [];
  for (let at = start.getTime(); at <= to; at += step) {
    // Days are not all equally long: a midnight stays a midnight.
    const tick = step % (1440 * MINUTE) === 0 ? midnightNear(at) : at;
    if (tick >= from && tick <= to) ticks.push(tick);
  }
  return ticks;
}

function midnightNear(at: number): number {
  const near = new Date(at + 720 * MINUTE);
  near.setHours(0, 0, 0, 0);
  return near.getTime();
}
