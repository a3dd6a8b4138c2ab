import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { serviceSearchQuery } from '@/api/services';
import { ServiceFilter } from './ServiceFilter';

vi.mock('@/api/services', () => ({
  serviceQuery: (id: string) => ({ queryKey: ['one', id], queryFn: () => ({ id, name: id }) }),
  serviceSearchQuery: vi.fn(),
}));

const box = () => screen.getByRole<HTMLInputElement>('combobox');
const chosen = vi.fn();
const answers = new Map<string, (names: string[]) => void>();

beforeEach(() => {
  chosen.mockReset();
  answers.clear();
  vi.mocked(serviceSearchQuery).mockImplementation(
    (q) =>
      ({
        queryKey: ['search', q],
        queryFn: () =>
          new Promise((resolve) => {
            answers.set(q, (names) => resolve(names.map((id) => ({ id, name: id }))));
          }),
      }) as never,
  );
});

async function search(typed: string, names: string[]) {
  await userEvent.type(box(), typed);
  await vi.waitFor(() => expect(answers.has(box().value)).toBe(true));
  await act(async () => answers.get(box().value)?.(names));
}
const enter = () => userEvent.type(box(), '{Enter}');
const open = () =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ServiceFilter value="" onChange={chosen} />
    </QueryClientProvider>,
  );

it('Enter chooses the only one that was found', async () => {
  open();
  await search('shop', ['Shop']);
  await enter();
  expect(chosen).toHaveBeenCalledExactlyOnceWith('Shop');
});

it('Enter chooses none of several', async () => {
  open();
  await search('shop', ['Shop', 'Shop API']);
  await enter();
  expect(chosen).not.toHaveBeenCalled();
});

it('Enter chooses nothing that was found for other words', async () => {
  open();
  await search('shop', ['Shop']);
  await userEvent.type(box(), ' api{Enter}');
  expect(chosen).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(answers.has('shop api')).toBe(true));
  await enter();
  expect(chosen).not.toHaveBeenCalled();
});
