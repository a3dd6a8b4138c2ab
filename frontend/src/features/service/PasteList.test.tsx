import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { beforeEach, expect, it, vi } from 'vitest';
import { keys } from '@/api/keys';
import { Problem } from '@/api/problem';
import PasteList from './PasteList';

const create = vi.hoisted(() => vi.fn());
const discover = vi.hoisted(() => vi.fn());
vi.mock('@/api/services', () => ({ createService: create }));
vi.mock('@/api/vendor', () => ({ discover }));

beforeEach(() => {
  create.mockReset();
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };
});

const show = (initial: string, min_check_interval = 10) => {
  const client = new QueryClient();
  client.setQueryData(keys.workspace, {
    limits: { min_check_interval, max_check_interval: 86_400 },
  });
  return render(
    <QueryClientProvider client={client}>
      <RouterProvider
        router={createMemoryRouter([
          { path: '/', element: <PasteList initial={initial} onClose={() => undefined} /> },
        ])}
      />
    </QueryClientProvider>,
  );
};
const refuse = (errors: Record<string, string[]>) =>
  create.mockRejectedValue(new Problem(422, { detail: 'Some fields are not valid.', errors }));

it.each([
  [
    'a blocked address',
    { url: ['must not be an address that this installation keeps closed'] },
    'The address must not be an address that this installation keeps closed.',
  ],
  [
    'a workspace that is full',
    { workspace: ['has 50 services, and this installation allows 50'] },
    'This workspace has 50 services, and this installation allows 50.',
  ],
])('a refused line says why: %s', async (_, errors, sentence) => {
  refuse(errors);
  show('http://10.0.0.1');
  await userEvent.click(screen.getByRole('button', { name: 'Add 1 service' }));
  expect((await screen.findByText(/http:\/\/10\.0\.0\.1: /)).textContent).toContain(sentence);
});

const list = 'https://example.com\nForge, https://status.forge.example';
const found = {
  api_urls: ['https://status.forge.example/api/v2/summary.json'],
  components: [],
  page: { name: 'Forge Status' },
  provider: null,
  advice: null,
};
const made = () => create.mock.calls.map(([draft]) => draft as Record<string, unknown>);

it('a status page in a list is marked, and followed unless somebody wants only its website', async () => {
  create.mockResolvedValue({});
  discover.mockResolvedValue(found);
  show(list);
  const follow = screen.getByLabelText(/Follow what the status page says/);
  expect(screen.getByText(/^status\.forge\.example: otherwise/)).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Add 2 services' }));
  expect(made()).toMatchObject([
    { monitor_type: 'http_ping', url: 'https://example.com' },
    { monitor_type: 'status_page', status_page_api_urls: found.api_urls, name: 'Forge' },
  ]);
  create.mockClear();
  await userEvent.click(follow);
  await userEvent.click(screen.getByRole('button', { name: 'Add 2 services' }));
  expect(made().map(({ monitor_type }) => monitor_type)).toEqual(['http_ping', 'http_ping']);
});

it('everything in a list is looked at as usual, or as often as the installation allows', async () => {
  create.mockResolvedValue({});
  discover.mockResolvedValue(found);
  for (const [shortest, intervals] of [
    [10, [30, 60]],
    [90, [120, 120]],
  ] as const) {
    create.mockClear();
    const { unmount } = show(list, shortest);
    await userEvent.click(screen.getByRole('button', { name: 'Add 2 services' }));
    expect(made().map(({ check_interval }) => check_interval)).toEqual(intervals);
    unmount();
  }
});

it('where no status page is found its line stays, with the reason', async () => {
  discover.mockResolvedValue({ ...found, api_urls: [] });
  show('https://status.forge.example');
  await userEvent.click(screen.getByRole('button', { name: 'Add 1 service' }));
  expect(await screen.findByText(/No status page was found at this address/)).toBeTruthy();
  expect(create).not.toHaveBeenCalled();
});
