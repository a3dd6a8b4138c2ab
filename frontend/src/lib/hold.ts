/** While somebody points at a list nothing in it moves: what would move it waits until the pointer has gone or rests. */

/** A pointer that has not moved for so long is not about to press. */
export const RESTS_AFTER_MS = 20_000;

let held = false;
let rests: ReturnType<typeof setTimeout> | undefined;
const waiting = new Map<string, () => void>();

export const isHeld = (): boolean => held;

/** The pointer, or the keyboard, is at work in the list. */
export function hold(): void {
  held = true;
  clearTimeout(rests);
  rests = setTimeout(release, RESTS_AFTER_MS);
}

export function release(): void {
  clearTimeout(rests);
  held = false;
  const due = [...waiting.values()];
  waiting.clear();
  for (const run of due) run();
}

/** Runs now, or once nothing is held; of several with the same key the last. */
export function whenFree(key: string, run: () => void): void {
  if (held) waiting.set(key, run);
  else run();
}
