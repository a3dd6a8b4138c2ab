import { act, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { MemoryRouter, useLocation } from 'react-router';
import { expect, it } from 'vitest';
import { useParam } from './useParam';

const days = ['30', '90'] as const;
const at = (address: string) =>
  renderHook(() => ({ param: useParam('days', days, '90'), search: useLocation().search }), {
    wrapper: ({ children }: { children: ReactNode }) => (
      <MemoryRouter initialEntries={[address]}>{children}</MemoryRouter>
    ),
  }).result;

it('a choice stands in the address beside the others; the usual one needs no words', () => {
  const page = at('/services/a?range=7d');
  expect(page.current.param[0]).toBe('90');
  act(() => page.current.param[1]('30'));
  expect(page.current.param[0]).toBe('30');
  expect(page.current.search).toBe('?range=7d&days=30');
  act(() => page.current.param[1]('90'));
  expect(page.current.search).toBe('?range=7d');
});

it('what nobody knows is taken for the usual one', () => {
  expect(at('/services/a?days=31').current.param[0]).toBe('90');
});
