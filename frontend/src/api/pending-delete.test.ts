import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  canWait,
  deleteLater,
  deleteNow,
  flushDeletes,
  holdDelete,
  overdue,
  UNDO_MS,
  undoDelete,
  undoDeleteOf,
  useIsHidden,
} from './pending-delete';
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
  expect(asked).toHaveBeenCalledExactlyOnceWith('a');
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

it('whoever shows it hears that it was brought back, wherever that was asked for', () => {
  const undone = vi.fn();
  act(() => deleteLater(['g', 'h'], vi.fn(), vi.fn(), undone));
  act(() => undoDeleteOf('h'));
  expect(undone).toHaveBeenCalledOnce();
});

it('the time for undo stands still while somebody is about to decide', async () => {
  act(() => deleteLater(['i'], vi.fn(), vi.fn()));
  holdDelete(['i'], true);
  await vi.advanceTimersByTimeAsync(UNDO_MS * 2);
  expect(asked).not.toHaveBeenCalled();
  holdDelete(['i'], false);
  await vi.advanceTimersByTimeAsync(UNDO_MS);
  expect(asked).toHaveBeenCalledExactlyOnceWith('i');
});

it('before somebody signs out everything is deleted that waits for it', async () => {
  let answer: (() => void) | undefined;
  asked.mockReturnValueOnce(
    new Promise((resolve) => {
      answer = () => resolve(undefined);
    }),
  );
  act(() => deleteLater(['j'], vi.fn(), vi.fn()));
  act(() => deleteLater(['k', 'l'], vi.fn(), vi.fn()));
  const done = vi.fn();
  const flushed = flushDeletes().then(done);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toHaveBeenCalledExactlyOnceWith('j');
  expect(askedForMany).toHaveBeenCalledOnce();
  expect(done).not.toHaveBeenCalled();
  answer?.();
  await flushed;
  await vi.advanceTimersByTimeAsync(UNDO_MS);
  expect(asked).toHaveBeenCalledOnce();
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
  expect(askedForMany).toHaveBeenCalledExactlyOnceWith({ action: 'delete', ids: ['e', 'f'] });
  expect(asked).not.toHaveBeenCalled();
});

const some = (n: number, from = 0) =>
  Array.from(
    { length: n },
    (_, index) => `01930000-0000-7000-8000-${String(from + index).padStart(12, '0')}`,
  );

it('what waits for an undo fits into what a browser sends while a page goes', () => {
  expect(canWait(some(1_500))).toBe(true);
  expect(canWait(some(2_000))).toBe(false);
  act(() => deleteLater(some(1_500), vi.fn(), vi.fn()));
  window.dispatchEvent(new Event('pagehide'));
  const [[sent, outlives] = []] = askedForMany.mock.calls;
  expect(outlives).toBe(true);
  expect(JSON.stringify(sent).length).toBeLessThan(65_536);
  expect(sent?.ids).toHaveLength(1_500);
});

it('what is too much together waits no longer, the oldest first; single ones always fit', () => {
  const one = { ids: some(1) };
  const old = { ids: some(900, 1_000) };
  const newer = { ids: some(900, 2_000) };
  expect(overdue([one, old])).toEqual([]);
  expect(overdue([one, old, newer])).toEqual([old]);
  expect(overdue([old, { ids: some(1_500, 3_000) }])).toEqual([old]);
});

it('of two that are too much together the first is deleted, and cannot be undone any more', async () => {
  act(() => deleteLater(some(900), vi.fn(), vi.fn()));
  act(() => deleteLater(some(900, 1_000), vi.fn(), vi.fn()));
  expect(askedForMany).toHaveBeenCalledOnce();
  expect(askedForMany.mock.calls[0]?.[0].ids).toEqual(some(900));
  expect(undoDelete(some(900))).toBe(false);
  expect(undoDelete(some(900, 1_000))).toBe(true);
  await vi.advanceTimersByTimeAsync(UNDO_MS);
  expect(askedForMany).toHaveBeenCalledOnce();
});

it('thousands are deleted in requests that the server takes, one after the other, each once', async () => {
  await deleteNow(some(12_001));
  const sent = askedForMany.mock.calls.map(([input]) => input.ids ?? []);
  expect(sent.map((ids) => ids.length)).toEqual([5_000, 5_000, 2_001]);
  expect(sent.flat()).toEqual(some(12_001));
});
