import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { deleteLater, UNDO_MS, undoDelete, useHiddenServices } from './pending-delete';
import { deleteService } from './services';

vi.mock('./services', () => ({ deleteService: vi.fn() }));
const asked = vi.mocked(deleteService);

beforeEach(() => {
  vi.useFakeTimers();
  asked.mockReset().mockResolvedValue(undefined);
});
afterEach(() => vi.useRealTimers());

it('hides at once and deletes ten seconds later', async () => {
  const hidden = renderHook(() => useHiddenServices());
  const done = vi.fn();
  act(() => deleteLater('a', done, vi.fn()));
  expect(hidden.result.current.has('a')).toBe(true);
  await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
  expect(asked).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toHaveBeenCalledExactlyOnceWith('a');
  expect(done).toHaveBeenCalledOnce();
});

it('undo brings it back and deletes nothing', async () => {
  const hidden = renderHook(() => useHiddenServices());
  act(() => deleteLater('b', vi.fn(), vi.fn()));
  act(() => undoDelete('b'));
  await vi.advanceTimersByTimeAsync(UNDO_MS * 2);
  expect(asked).not.toHaveBeenCalled();
  expect(hidden.result.current.has('b')).toBe(false);
});

it('leaving the page ends the time for undo', () => {
  act(() => deleteLater('c', vi.fn(), vi.fn()));
  window.dispatchEvent(new Event('pagehide'));
  expect(asked).toHaveBeenCalledExactlyOnceWith('c', true);
});

it('shows the service again when the server refuses', async () => {
  const hidden = renderHook(() => useHiddenServices());
  asked.mockRejectedValueOnce(new Error('no'));
  const refused = vi.fn();
  act(() => deleteLater('d', vi.fn(), refused));
  await act(() => vi.advanceTimersByTimeAsync(UNDO_MS));
  expect(refused).toHaveBeenCalledOnce();
  expect(hidden.result.current.has('d')).toBe(false);
});
