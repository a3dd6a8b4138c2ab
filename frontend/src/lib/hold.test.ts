import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { hold, RESTS_AFTER_MS, release, whenFree } from './hold';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  release();
  vi.useRealTimers();
});

it('what would move rows waits for the pointer to leave, and happens once', () => {
  const move = vi.fn();
  whenFree('list', move);
  expect(move).toHaveBeenCalledTimes(1);
  hold();
  whenFree('list', move);
  whenFree('list', move);
  expect(move).toHaveBeenCalledTimes(1);
  release();
  expect(move).toHaveBeenCalledTimes(2);
  release();
  expect(move).toHaveBeenCalledTimes(2);
});

it('a pointer that only rests there does not hold for ever', () => {
  const move = vi.fn();
  hold();
  whenFree('list', move);
  vi.advanceTimersByTime(RESTS_AFTER_MS - 1);
  hold();
  vi.advanceTimersByTime(RESTS_AFTER_MS - 1);
  expect(move).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(move).toHaveBeenCalledOnce();
});
