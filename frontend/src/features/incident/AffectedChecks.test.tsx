import { render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { expect, it } from 'vitest';
import type { Check } from '@/api/contract';
import { dayAndTime } from '@/lib/time';
import { AffectedChecks } from './AffectedChecks';

const check = (id: string, checked_at: string) =>
  ({ id, checked_at, status: 'down', reason: null, status_code: 503 }) as unknown as Check;

const show = (checks: Check[], total: number) =>
  render(
    <MemoryRouter>
      <AffectedChecks checks={checks} total={total} serviceId="s1" />
    </MemoryRouter>,
  );

it('what is left out is counted, and the service shows it', () => {
  const checks = Array.from({ length: 100 }, (_, n) => check(`${n}`, '2026-01-02T10:20:30Z'));
  const { unmount } = show(checks, 480);
  expect(screen.getByText(/the newest 100 of 480\./)).toBeDefined();
  expect(screen.getByRole('link').getAttribute('href')).toBe('/services/s1');
  unmount();
  show(checks, 1000);
  expect(screen.getByText(/the newest 100 of 1,000 or more\./)).toBeDefined();
});

it('nothing is said where all are there', () => {
  show([check('a', '2026-01-02T10:20:30Z')], 1);
  expect(screen.queryByRole('link')).toBeNull();
});

it('a check of another day says which day', () => {
  const then = '2026-01-02T10:20:30Z';
  show([check('a', then), check('b', new Date().toISOString())], 2);
  const [before, today] = screen.getAllByRole('time');
  expect(before?.textContent).toBe(dayAndTime(then));
  expect(today?.textContent).toMatch(/^\d{2}:\d{2}:\d{2}/);
});
