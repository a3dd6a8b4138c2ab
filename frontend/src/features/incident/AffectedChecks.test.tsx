import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Check } from '@/api/contract';
import { dayAndTime } from '@/lib/time';
import { AffectedChecks } from './AffectedChecks';

const check = (id: string, checked_at: string) =>
  ({ id, checked_at, status: 'down', reason: null, status_code: 503 }) as unknown as Check;

it('a check of another day says which day', () => {
  const then = '2026-01-02T10:20:30Z';
  render(<AffectedChecks checks={[check('a', then), check('b', new Date().toISOString())]} />);
  const [before, today] = screen.getAllByRole('time');
  expect(before?.textContent).toBe(dayAndTime(then));
  expect(today?.textContent).toMatch(/^\d{2}:\d{2}:\d{2}/);
});
