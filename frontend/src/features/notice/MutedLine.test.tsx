import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Service } from '@/api/contract';
import { keys } from '@/api/keys';
import { MutedLine } from './MutedLine';

const service = { id: 'a', name: 'Shop' } as Service;
let client: QueryClient;
const show = (role: string, ofService = 'a', by: string | null = 'Ada') => {
  const until = new Date(Date.now() + 30_000).toISOString();
  client.setQueryData(keys.me, { role });
  client.setQueryData(keys.mutes, [{ service_id: ofService, until, by }]);
  render(
    <QueryClientProvider client={client}>
      <MutedLine service={service} />
    </QueryClientProvider>,
  );
};
const line = () => screen.queryByText(/^Muted: nobody is told of it until/);
const end = () => screen.queryByRole('button', { name: 'End now' });

beforeEach(() => {
  vi.useFakeTimers();
  client = new QueryClient({
    defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } },
  });
});
afterEach(() => vi.useRealTimers());

it('a mute is over at its end, before the list is read again', async () => {
  show('editor');
  expect(line()).not.toBeNull();
  expect(end()).not.toBeNull();
  await act(() => vi.advanceTimersByTimeAsync(31_000));
  expect(line()).toBeNull();
});

it('it says who muted, where that account is still there', () => {
  show('viewer');
  expect(line()?.textContent).toMatch(/, by Ada\.$/);
});

it('a mute of an account that is gone is nobody’s', () => {
  show('viewer', 'a', null);
  expect(line()?.textContent).toMatch(/\)\.$/);
});

it('viewers see it and cannot end it', () => {
  show('viewer');
  expect(line()).not.toBeNull();
  expect(end()).toBeNull();
});

it('another service’s mute says nothing here', () => {
  show('editor', 'b');
  expect(line()).toBeNull();
});
