import { type InfiniteData, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { beforeEach, expect, it, vi } from 'vitest';
import { saveCategoryOrder } from '@/api/account';
import type { Preferences, ServiceGroup } from '@/api/contract';
import { keys } from '@/api/keys';
import { Problem } from '@/api/problem';
import type { Page } from '@/api/transport';
import { toast } from '@/ui/Toasts';
import { useCategoryOrder } from './order';

vi.mock('@/api/account', () => ({ saveCategoryOrder: vi.fn() }));
vi.mock('@/ui/Toasts', () => ({ toast: vi.fn() }));

type Groups = InfiniteData<Page<ServiceGroup>>;
const key = keys.serviceGroups({});
const group = (category: string | null) => ({ category, total: 1 }) as ServiceGroup;
const page = (...names: (string | null)[]) => ({ items: names.map(group), next: null, total: 4 });

let client: QueryClient;
const mutate = (order: string[]) => {
  const { result } = renderHook(useCategoryOrder, {
    wrapper: ({ children }: { children: ReactNode }) => (
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    ),
  });
  act(() => result.current.mutate(order));
};
const shown = () =>
  client.getQueryData<Groups>(key)?.pages.map(({ items }) => items.map((it) => it.category));

beforeEach(() => {
  vi.clearAllMocks();
  client = new QueryClient();
  client.setQueryData<Groups>(key, {
    pages: [page('Home', 'Platform'), page('Shop', null)],
    pageParams: [null, 'next'],
  });
});

it('a category moves before the server has said so, over the edge of a page too', async () => {
  vi.mocked(saveCategoryOrder).mockReturnValue(new Promise<Preferences>(() => undefined));
  mutate(['Home', 'Shop', 'Platform']);
  await waitFor(() =>
    expect(shown()).toEqual([
      ['Home', 'Shop'],
      ['Platform', null],
    ]),
  );
});

it('a move that is refused is taken back, with its reason', async () => {
  let refuse: (error: Problem) => void = () => undefined;
  vi.mocked(saveCategoryOrder).mockReturnValue(
    new Promise<Preferences>((_, reject) => {
      refuse = reject;
    }),
  );
  mutate(['Shop', 'Home', 'Platform']);
  await waitFor(() => expect(shown()?.[0]).toEqual(['Shop', 'Home']));
  refuse(new Problem(0));
  await waitFor(() =>
    expect(shown()).toEqual([
      ['Home', 'Platform'],
      ['Shop', null],
    ]),
  );
  expect(toast).toHaveBeenCalledExactlyOnceWith(expect.any(String), { kind: 'error' });
});
