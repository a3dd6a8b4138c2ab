import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { beforeEach, expect, it } from 'vitest';
import type { Density, Preferences } from '@/api/contract';
import { keys } from '@/api/keys';
import { keepDensity, useDensity } from './density';

let client: QueryClient;
const arrive = (density: Density) =>
  act(() => client.setQueryData(keys.preferences, { density } as Preferences));
const list = () =>
  renderHook(useDensity, {
    wrapper: ({ children }: { children: ReactNode }) => (
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    ),
  });

beforeEach(() => {
  localStorage.clear();
  client = new QueryClient();
});

it('rows that stand keep their height when preferences come late; the next ones have theirs', () => {
  const standing = list();
  expect(standing.result.current).toBe('comfortable');
  arrive('compact');
  standing.rerender();
  expect(standing.result.current).toBe('comfortable');
  expect(list().result.current).toBe('compact');
});

it('until preferences come rows are as they were in this browser', () => {
  keepDensity('compact');
  keepDensity(undefined);
  expect(list().result.current).toBe('compact');
  arrive('comfortable');
  expect(list().result.current).toBe('comfortable');
});
