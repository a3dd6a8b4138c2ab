import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { beforeEach, expect, it, vi } from 'vitest';
import { Problem } from '@/api/problem';
import PasteList from './PasteList';

const create = vi.hoisted(() => vi.fn());
vi.mock('@/api/services', () => ({ createService: create }));

beforeEach(() => {
  create.mockReset();
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };
});

const show = (initial: string) =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RouterProvider
        router={createMemoryRouter([
          { path: '/', element: <PasteList initial={initial} onClose={() => undefined} /> },
        ])}
      />
    </QueryClientProvider>,
  );
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
