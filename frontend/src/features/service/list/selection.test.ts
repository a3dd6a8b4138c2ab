import { renderHook } from '@testing-library/react';
import { act } from 'react';
import { beforeEach, expect, it } from 'vitest';
import {
  endSelecting,
  selectMatching,
  sizeOf,
  toggle,
  useIsSelected,
  useSelection,
} from './selection';

beforeEach(() => endSelecting());
const read = () => renderHook(() => useSelection()).result;
const rows = ['a', 'b', 'c', 'd', 'e'];

it('Shift takes in, or out, the rows between', () => {
  const selection = read();
  act(() => toggle('b', rows));
  act(() => toggle('d', rows, true));
  expect([...selection.current.ids]).toEqual(['b', 'c', 'd']);
  act(() => toggle('c', rows));
  act(() => toggle('d', rows, true));
  expect([...selection.current.ids]).toEqual(['b']);
});

it('everything that matches is selected without knowing what it is', () => {
  const selection = read();
  const far = renderHook(() => useIsSelected('far away'));
  act(() => selectMatching({ status: 'down' }, 4_000));
  expect(sizeOf(selection.current)).toBe(4_000);
  expect(far.result.current).toBe(true);
  act(() => toggle('a', rows));
  expect([...selection.current.ids]).toEqual(['a']);
  expect(far.result.current).toBe(false);
});
