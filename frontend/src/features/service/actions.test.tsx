import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Service } from '@/api/contract';
import { keys } from '@/api/keys';
import { undoDeleteOf } from '@/api/pending-delete';
import { Problem } from '@/api/problem';
import { pauseService } from '@/api/services';
import type { Page } from '@/api/transport';
import { dismissToast, toast } from '@/ui/Toasts';
import { useServiceActions } from './actions';

vi.mock('@/api/services', () => ({ pauseService: vi.fn(), deleteService: vi.fn() }));
vi.mock('@/ui/Toasts', () => ({ toast: vi.fn(() => 7), dismissToast: vi.fn() }));

const service = {
  id: 'a',
  name: 'Shop',
  current_status: { status: 'up', response_time: 80, checked_at: '2026-01-01T00:00:00Z' },
} as Service;
const list = keys.servicePage({ number: 0 });
let client: QueryClient;
const actions = () =>
  renderHook(useServiceActions, {
    wrapper: ({ children }: { children: ReactNode }) => (
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    ),
  }).result.current;
const shown = () => client.getQueryData<Page<Service>>(list)?.items[0]?.current_status;

beforeEach(() => {
  vi.clearAllMocks();
  vi.useFakeTimers();
  client = new QueryClient();
  client.setQueryData<Page<Service>>(list, { items: [service], next: null, total: 1 });
});
afterEach(() => vi.useRealTimers());

it('a pause that did not get through is taken back, although nothing can be read again', async () => {
  vi.mocked(pauseService).mockRejectedValue(new Problem(0));
  const { setPaused } = actions();
  act(() => setPaused(service, true));
  expect(shown()?.status).toBe('paused');
  await act(() => vi.advanceTimersByTimeAsync(0));
  expect(shown()).toEqual(service.current_status);
  expect(toast).toHaveBeenCalledExactlyOnceWith(expect.any(String), { kind: 'error' });
});

it('the message of a deletion goes when the row brings the service back', () => {
  const { remove } = actions();
  act(() => remove(service));
  expect(dismissToast).not.toHaveBeenCalled();
  act(() => undoDeleteOf('a'));
  expect(dismissToast).toHaveBeenCalledExactlyOnceWith(7);
});
