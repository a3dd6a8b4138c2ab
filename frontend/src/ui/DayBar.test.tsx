import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { DayBar } from './DayBar';

const days = Array.from({ length: 30 }, (_, index) => ({
  date: new Date(Date.UTC(2026, 2, 1 + index)).toISOString().slice(0, 10),
  status: 'up' as const,
  uptime: 100,
  coverage: 100,
}));

it('is one tab stop whose days are reached by arrows', async () => {
  const user = userEvent.setup();
  render(<DayBar name="Shop" days={days} createdAt="2026-01-01T00:00:00Z" />);
  await user.tab();
  const bar = screen.getByRole('slider', { name: 'Last 30 days of Shop' });
  expect(bar).toHaveProperty('tabIndex', 0);
  expect(document.activeElement).toBe(bar);
  await user.keyboard('{End}{ArrowLeft}{ArrowLeft}');
  expect(bar.getAttribute('aria-valuenow')).toBe('28');
  expect(bar.getAttribute('aria-valuetext')).toMatch(/28 Mar|Mar 28/);
  await user.keyboard('{Home}{ArrowLeft}');
  expect(bar.getAttribute('aria-valuenow')).toBe('1');
  await user.tab();
  expect(document.activeElement).toBe(document.body);
});
