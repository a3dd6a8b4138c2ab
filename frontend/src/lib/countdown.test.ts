import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { countdown } from './countdown';

const end = vi.fn();
beforeEach(() => {
  vi.useFakeTimers();
  end.mockReset();
});
afterEach(() => vi.useRealTimers());

it('time that is held does not pass', () => {
  const { hold } = countdown(1_000, end);
  vi.advanceTimersByTime(600);
  hold(true);
  hold(true);
  vi.advanceTimersByTime(60_000);
  expect(end).not.toHaveBeenCalled();
  hold(false);
  vi.advanceTimersByTime(399);
  expect(end).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(end).toHaveBeenCalledOnce();
});

it('what was stopped does not run on', () => {
  const { hold, stop } = countdown(1_000, end);
  hold(true);
  stop();
  hold(false);
  vi.advanceTimersByTime(60_000);
  expect(end).not.toHaveBeenCalled();
});
