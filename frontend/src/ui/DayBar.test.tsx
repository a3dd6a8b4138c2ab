import { fireEvent, render, screen } from '@testing-library/react';
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

it('a finger opens a day, which stays until it taps elsewhere or scrolls', () => {
  render(<DayBar name="Shop" days={days} createdAt="2026-01-01T00:00:00Z" />);
  const bar = screen.getByRole('slider');
  bar.getBoundingClientRect = () => ({ left: 0, width: 300, top: 200, bottom: 222 }) as DOMRect;
  const finger = { pointerType: 'touch', clientX: 105 };
  const day = () => screen.queryByText(/11 Mar|Mar 11/);
  const tap = () => {
    fireEvent.pointerDown(bar, finger);
    fireEvent.pointerUp(bar, finger);
    fireEvent.pointerOut(bar, finger);
  };
  tap();
  expect(day()).not.toBeNull();
  fireEvent.pointerDown(document.body, finger);
  expect(day()).toBeNull();
  tap();
  fireEvent.pointerDown(bar, finger);
  fireEvent.pointerCancel(bar, finger);
  expect(day()).toBeNull();
});

it('a mouse that leaves takes the day with it', () => {
  render(<DayBar name="Shop" days={days} createdAt="2026-01-01T00:00:00Z" />);
  const bar = screen.getByRole('slider');
  bar.getBoundingClientRect = () => ({ left: 0, width: 300, top: 200, bottom: 222 }) as DOMRect;
  fireEvent.pointerMove(bar, { pointerType: 'mouse', clientX: 105 });
  expect(screen.queryByText(/11 Mar|Mar 11/)).not.toBeNull();
  fireEvent.pointerOut(bar, { pointerType: 'mouse' });
  expect(screen.queryByText(/11 Mar|Mar 11/)).toBeNull();
});
