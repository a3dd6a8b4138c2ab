import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { deleteLater, UNDO_MS, undoDelete, undoDeleteOf, useIsHidden } from './pending-delete';
import { changeServices, deleteService } from './services';

vi.mock('./services', () => ({ deleteService: vi.fn(), changeServices: vi.fn() }));
const asked = vi.mocked(deleteService);
const askedForMany = vi.mocked(changeServices);

beforeEach(() => {
  vi.useFakeTimers();
  asked.mockReset().mockResolvedValue(undefined);
  askedForMany.mockReset().mockResolvedValue({} as never);
});
afterEach(() => vi.useRealTimers());

it('hides at once and deletes ten seconds later', async () => {
  const hidden = renderHook(() => useIsHidden('a'));
  const done = vi.fn();
  act(() => deleteLater(['a'], done, vi.fn()));
  expect(hidden.result.current).toBe(true);
  await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
  expect(asked).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toHaveBeenCalledExactlyOnceWith('a', false);
  expect(done).toHaveBeenCalledOnce();
});

it('undo brings it back and deletes nothing', async () => {
  const hidden = renderHook(() => useIsHidden('b'));
  act(() => deleteLater(['b'], vi.fn(), vi.fn()));
  act(() => undoDelete(['b']));
  await vi.advanceTimersByTimeAsync(UNDO_MS * 2);
  expect(asked).not.toHaveBeenCalled();
  expect(hidden.result.current).toBe(false);
});

it('leaving the page ends the time for undo', () => {
  act(() => deleteLater(['c'], vi.fn(), vi.fn()));
  window.dispatchEvent(new Event('pagehide'));
  expect(asked).toHaveBeenCalledExactlyOnceWith('c', true);
});

it('shows the service again when the server refuses', async () => {
  const hidden = renderHook(() => useIsHidden('d'));
  asked.mockRejectedValueOnce(new Error('no'));
  const refused = vi.fn();
  act(() => deleteLater(['d'], vi.fn(), refused));
  await act(() => vi.advanceTimersByTimeAsync(UNDO_MS));
  expect(refused).toHaveBeenCalledOnce();
  expect(hidden.result.current).toBe(false);
});

it('many are deleted with one request, and brought back together from any of them', async () => {
  const hidden = renderHook(() => useIsHidden('f'));
  act(() => deleteLater(['e', 'f'], vi.fn(), vi.fn()));
  expect(hidden.result.current).toBe(true);
  act(() => undoDeleteOf('f'));
  expect(hidden.result.current).toBe(false);
  act(() => deleteLater(['e', 'f'], vi.fn(), vi.fn()));
  await act(() => vi.advanceTimersByTimeAsync(UNDO_MS));
  expect(askedForMany).toHaveBeenCalledExactlyOnceWith(
    { action: 'delete', ids: ['e', 'f'] },
    false,
  );
  expect(asked).not.toHaveBeenCalled();
});
