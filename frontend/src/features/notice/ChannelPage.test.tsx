import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { expect, it, vi } from 'vitest';
import { keys } from '@/api/keys';
import { Problem } from '@/api/problem';
import { EditChannelPage } from './ChannelPage';

const read = vi.hoisted(() => vi.fn());
const update = vi.hoisted(() => vi.fn());
const never = vi.hoisted(() => vi.fn(() => new Promise(() => undefined)));
vi.mock('@/api/notices', () => ({
  channelQuery: (id: string) => ({ queryKey: ['channels', 'one', id], queryFn: read }),
  deleteChannel: never,
  rotateSecret: never,
  updateChannel: update,
}));

const channel = {
  id: 'c',
  kind: 'ntfy',
  name: 'Phone',
  config: { topic: 'ours' },
  paused: false,
  most_per_minute: 3,
  revision: 1,
};

const show = (client: QueryClient) =>
  render(
    <QueryClientProvider client={client}>
      <RouterProvider
        router={createMemoryRouter([{ path: '/channels/:id', element: <EditChannelPage /> }], {
          initialEntries: ['/channels/c'],
        })}
      />
    </QueryClientProvider>,
  );

it('what is typed stays when the channel is read again, also as another revision', async () => {
  const client = new QueryClient();
  client.setQueryData(keys.channel('c'), { ...channel, name: 'An old name' });
  read.mockResolvedValue(channel);
  show(client);
  const name = await screen.findByLabelText('Name');
  expect(name).toHaveProperty('value', 'Phone');
  await userEvent.type(name, ' of Ada');
  read.mockResolvedValue({ ...channel, revision: 2, name: 'Pager' });
  await act(() => client.invalidateQueries({ queryKey: keys.channels }));
  await waitFor(() => expect(read).toHaveBeenCalledTimes(2));
  expect(screen.getByLabelText('Name')).toHaveProperty('value', 'Phone of Ada');
});

it('a new secret and a deletion are seen to be on their way, and asked for once', async () => {
  read.mockResolvedValue({ ...channel, kind: 'webhook', config: { url: 'https://example.com' } });
  show(new QueryClient());
  await userEvent.click(await screen.findByRole('button', { name: 'New signing secret' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Making a new secret' }));
  expect(never).toHaveBeenCalledTimes(1);
  await userEvent.click(screen.getByRole('button', { name: 'Delete' }));
  await userEvent.click(screen.getByRole('button', { name: 'Delete' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Deleting' }));
  expect(never).toHaveBeenCalledTimes(2);
});

it('a reason that has no field stands above the form', async () => {
  read.mockResolvedValue(channel);
  const errors = { workspace: ['has 200 channels, which is the most there may be'] };
  update.mockRejectedValue(new Problem(422, { errors }));
  show(new QueryClient());
  await userEvent.click(await screen.findByRole('button', { name: 'Save' }));
  expect((await screen.findByRole('alert')).textContent).toBe(
    'This workspace has 200 channels, which is the most there may be.',
  );
});
