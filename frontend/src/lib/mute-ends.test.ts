import { expect, it } from 'vitest';
import { ends, fieldValue, fromField, morningAfter } from './mute-ends';

const at = (text: string) => new Date(text).getTime();

it.each([
  ['2026-11-28T23:30', '2026-11-29T08:00'],
  ['2026-11-29T07:59', '2026-11-30T08:00'],
  ['2026-11-29T02:00', '2026-11-29T08:00'],
  ['2026-12-31T12:00', '2027-01-01T08:00'],
])('the morning after %s is %s', (now, morning) => {
  expect(fieldValue(morningAfter(at(now)))).toBe(morning);
});

it('an hour and a week are as long as they say', () => {
  const now = at('2026-11-29T12:00');
  expect(ends.hour(now).getTime() - now).toBe(3_600_000);
  expect(ends.week(now).getTime() - now).toBe(604_800_000);
});

it('a field is read back as it was written, and an empty one is no date', () => {
  const morning = morningAfter(at('2026-11-29T12:00'));
  expect(fromField(fieldValue(morning))).toEqual(morning);
  expect(fromField('')).toBeNull();
});
