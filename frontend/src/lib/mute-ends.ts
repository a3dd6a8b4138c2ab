/** Ends that a mute is usually given, by the reader's clock. */

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
/** Whoever is up before this hour means the morning that comes. */
const NIGHT_ENDS = 5;
const MORNING = 8;

/** Eight in the morning after this night. */
export function morningAfter(now: number): Date {
  const at = new Date(now);
  if (at.getHours() >= NIGHT_ENDS) at.setDate(at.getDate() + 1);
  at.setHours(MORNING, 0, 0, 0);
  return at;
}

export const ends = {
  hour: (now: number) => new Date(now + HOUR_MS),
  morning: morningAfter,
  week: (now: number) => new Date(now + WEEK_MS),
} as const;

/** As a field for a date and a time wants it: `2026-11-30T08:00`. */
export function fieldValue(at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** What stands in such a field; none where nothing whole does. */
export function fromField(value: string): Date | null {
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? null : at;
}
