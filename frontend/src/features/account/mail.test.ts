import { expect, test } from 'vitest';
import { addressState, reportWish, zoneChoices } from './mail';

test('a link that is on its way is said first, else whether the address is known', () => {
  expect(addressState({ email_verified: true, pending_email: null })).toBe('verified');
  expect(addressState({ email_verified: false, pending_email: null })).toBe('unverified');
  expect(addressState({ email_verified: true, pending_email: 'new@example.com' })).toBe('waiting');
  expect(addressState({ email_verified: false, pending_email: 'ann@example.com' })).toBe('waiting');
});

test('whoever never chose is offered Monday in their own zone, switched off', () => {
  const never = { weekly_report: false, report_day: 'monday', report_zone: null } as const;
  expect(reportWish(never, 'Asia/Kolkata')).toEqual({
    wanted: false,
    day: 'monday',
    zone: 'Asia/Kolkata',
  });
  const chosen = { weekly_report: true, report_day: 'friday', report_zone: 'UTC' } as const;
  expect(reportWish(chosen, 'Asia/Kolkata')).toEqual({ wanted: true, day: 'friday', zone: 'UTC' });
});

test('what was chosen can be chosen again, whatever the browser knows', () => {
  const zones = zoneChoices(['Europe/Berlin', 'Asia/Tokyo'], 'Asia/Calcutta', 'Asia/Tokyo');
  expect(zones).toEqual(['Asia/Calcutta', 'Asia/Tokyo', 'Europe/Berlin', 'UTC']);
});
