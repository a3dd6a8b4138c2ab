/** A time that runs out, and can be held. */

export interface Countdown {
  /** Lets the time stand still, or run on from where it stood. */
  hold: (held: boolean) => void;
  stop: () => void;
}

/** Calls `end` once `ms` milliseconds have passed in which it was not held. */
export function countdown(ms: number, end: () => void): Countdown {
  let left = ms;
  let begunAt = Date.now();
  let timer: ReturnType<typeof setTimeout> | undefined = setTimeout(end, left);
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
    left = 0;
  };
  const hold = (held: boolean) => {
    if (left === 0 || held === (timer === undefined)) return;
    if (held) {
      clearTimeout(timer);
      timer = undefined;
      left = Math.max(1, left - (Date.now() - begunAt));
    } else {
      begunAt = Date.now();
      timer = setTimeout(end, left);
    }
  };
  return { hold, stop };
}
