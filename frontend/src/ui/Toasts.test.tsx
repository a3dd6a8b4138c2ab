import { act, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Toasts, toast } from './Toasts';

beforeEach(() => {
  vi.useFakeTimers();
  render(<Toasts label="Messages" closeLabel="Close" />);
});
afterEach(() => {
  act(() => void vi.runAllTimers());
  vi.useRealTimers();
});

const pass = (ms: number) => act(() => void vi.advanceTimersByTime(ms));
const isThere = () => screen.queryByText('Shop is deleted.') !== null;
const show = (onHold = vi.fn()) => {
  act(
    () =>
      void toast('Shop is deleted.', {
        forMs: 10_000,
        undo: { label: 'Undo', run: vi.fn(), onHold },
      }),
  );
  return onHold;
};

it('goes by itself', () => {
  show();
  pass(9_999);
  expect(isThere()).toBe(true);
  pass(1);
  expect(isThere()).toBe(false);
});

it('stays while it has the focus, with all that depends on its time', () => {
  const onHold = show();
  pass(9_000);
  act(() => screen.getByText('Undo').focus());
  expect(onHold).toHaveBeenLastCalledWith(true);
  pass(60_000);
  expect(isThere()).toBe(true);
  act(() => screen.getByText('Undo').blur());
  expect(onHold).toHaveBeenLastCalledWith(false);
  pass(999);
  expect(isThere()).toBe(true);
  pass(1);
  expect(isThere()).toBe(false);
});

it('stays while a mouse is over it; a finger holds nothing', () => {
  const onHold = show();
  const line = screen.getByText('Shop is deleted.');
  fireEvent.pointerOver(line, { pointerType: 'touch' });
  expect(onHold).not.toHaveBeenCalled();
  fireEvent.pointerOut(line, { pointerType: 'touch' });
  fireEvent.pointerOver(line, { pointerType: 'mouse' });
  pass(60_000);
  expect(isThere()).toBe(true);
  fireEvent.pointerOut(line, { pointerType: 'mouse' });
  pass(10_000);
  expect(isThere()).toBe(false);
});

it('lets go of what it held when it is closed', () => {
  const onHold = show();
  act(() => screen.getByText('Undo').focus());
  fireEvent.click(screen.getByLabelText('Close'));
  expect(isThere()).toBe(false);
  expect(onHold).toHaveBeenLastCalledWith(false);
});
