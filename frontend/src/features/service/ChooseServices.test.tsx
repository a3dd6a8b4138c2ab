import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it, vi } from 'vitest';
import { Problem } from '@/api/problem';
import { ChooseServices } from './ChooseServices';

const search = vi.hoisted(() => vi.fn());
vi.mock('@/api/services', () => ({
  serviceSearchQuery: (q: string) => ({ queryKey: ['search', q], queryFn: () => search(q) }),
  serviceQuery: (id: string) => ({ queryKey: ['one', id], queryFn: () => ({ id, name: 'Blog' }) }),
}));

Element.prototype.scrollIntoView = vi.fn();

const all = [
  { id: 'a', name: 'Shop', category: null },
  { id: 'b', name: 'Shop API', category: null },
];

function Form({ most }: { most?: number }) {
  const [value, setValue] = useState<readonly string[]>(['c']);
  return (
    <ChooseServices
      title="Services"
      value={value}
      {...(most === undefined ? {} : { most })}
      errors={undefined}
      onChange={setValue}
    />
  );
}

const show = (most?: number) =>
  render(
    <QueryClientProvider
      client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}
    >
      <Form {...(most === undefined ? {} : { most })} />
    </QueryClientProvider>,
  );
const box = () => screen.getByRole('combobox', { name: 'Search your services' });

it('what is chosen stands as lines and is offered no more; a line can be removed', async () => {
  search.mockResolvedValue(all);
  show();
  expect(await screen.findByText('Blog')).toBeTruthy();
  await userEvent.type(box(), 'shop');
  await userEvent.click(await screen.findByRole('option', { name: 'Shop API' }));
  expect(screen.getByRole('button', { name: 'Remove Shop API' })).toBeTruthy();
  await userEvent.type(box(), 'shop');
  await screen.findByRole('option', { name: 'Shop' });
  expect(screen.queryByRole('option', { name: 'Shop API' })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Remove Blog' }));
  expect(screen.queryByText('Blog')).toBeNull();
});

it('it is asked once for what was typed in one go', async () => {
  search.mockReset().mockResolvedValue(all);
  show();
  await userEvent.type(box(), 'shop');
  await screen.findByRole('option', { name: 'Shop' });
  expect(search.mock.calls).toEqual([['shop']]);
});

it('nothing found and no answer are told apart', async () => {
  search.mockResolvedValue([]);
  show();
  await userEvent.type(box(), 'nope');
  expect((await screen.findAllByText('No service is called “nope”.')).length).toBe(2);
  search.mockRejectedValue(new Problem(502));
  await userEvent.clear(box());
  await userEvent.type(box(), 'shop');
  expect((await screen.findAllByText(/gets no answer from it/)).length).toBe(2);
});

it('where only one may be chosen another one is offered after it was removed', async () => {
  search.mockResolvedValue(all);
  show(1);
  expect(screen.queryByRole('combobox')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: /^Remove/ }));
  expect(box()).toBeTruthy();
});
