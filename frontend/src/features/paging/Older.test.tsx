import { QueryClient, QueryClientProvider, useInfiniteQuery } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { Problem } from '@/api/problem';
import { Older } from './Older';

const read = vi.fn();

function List() {
  const list = useInfiniteQuery({
    queryKey: ['list'],
    queryFn: ({ pageParam }) => read(pageParam) as Promise<{ next: number | null }>,
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
    retry: false,
  });
  return (
    <>
      <p>{list.data?.pages.length ?? 0} pages</p>
      <Older list={list}>Older</Older>
    </>
  );
}

it('more that does not come says why beside the button, until it comes', async () => {
  read.mockResolvedValueOnce({ next: 1 });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <List />
    </QueryClientProvider>,
  );
  const older = await screen.findByRole('button', { name: 'Older' });
  expect(screen.queryByRole('alert')).toBeNull();
  read.mockRejectedValueOnce(new Problem(502));
  await userEvent.click(older);
  expect((await screen.findByRole('alert')).textContent).toContain('gets no answer');
  expect(screen.getByText('1 pages')).toBeTruthy();
  read.mockResolvedValueOnce({ next: null });
  await userEvent.click(screen.getByRole('button', { name: 'Older' }));
  await waitFor(() => expect(screen.getByText('2 pages')).toBeTruthy());
  expect(screen.queryByRole('alert')).toBeNull();
});
