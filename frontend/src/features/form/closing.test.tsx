/** Dialogs that are closed by mistake keep what was typed. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Me, Service } from '@/api/contract';
import { Address } from '@/features/account/Address';
import { MuteDialog } from '@/features/notice/MuteDialog';
import BulkDialog from '@/features/service/list/BulkDialog';
import { ask } from '@/ui/Question';

vi.mock('@/ui/Question', () => ({ ask: vi.fn() }));
const asked = vi.mocked(ask);
const closed = vi.fn();

beforeEach(() => {
  asked.mockReset().mockResolvedValue(false);
  closed.mockReset();
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };
});

const show = (element: ReactNode) =>
  render(
    <QueryClientProvider
      client={new QueryClient({ defaultOptions: { queries: { enabled: false } } })}
    >
      <RouterProvider router={createMemoryRouter([{ path: '/', element }])} />
    </QueryClientProvider>,
  );
const pressEscape = () => fireEvent.keyDown(screen.getByRole('dialog'), { key: 'Escape' });

it('another address', async () => {
  const me = { email: 'ada@example.com', has_password: true, sends_mail: true } as Me;
  show(<Address me={me} />);
  await userEvent.click(screen.getByRole('button', { name: 'Change address…' }));
  await userEvent.type(screen.getByRole('textbox', { name: 'New address' }), 'ada@new.example');
  pressEscape();
  expect(asked).toHaveBeenCalledTimes(1);
  expect(screen.getByRole('textbox', { name: 'New address' })).toHaveProperty(
    'value',
    'ada@new.example',
  );
});

it('until when a service is muted', async () => {
  show(<MuteDialog service={{ id: 'a', name: 'Shop' } as Service} onClose={closed} />);
  await userEvent.selectOptions(screen.getByRole('combobox'), 'date');
  const date = document.querySelector('input[type="datetime-local"]');
  if (date !== null) fireEvent.change(date, { target: { value: '2030-01-01T10:00' } });
  pressEscape();
  expect(asked).toHaveBeenCalledTimes(1);
  expect(closed).not.toHaveBeenCalled();
});

it('a change to many services', async () => {
  const selection = { on: true, ids: new Set(['a']), all: null };
  show(<BulkDialog action="category" selection={selection} onClose={closed} />);
  await userEvent.type(screen.getByRole('combobox'), 'Shop');
  pressEscape();
  expect(asked).toHaveBeenCalledTimes(1);
  expect(closed).not.toHaveBeenCalled();
});

it('one in which nothing was typed closes at once', () => {
  show(<MuteDialog service={{ id: 'a', name: 'Shop' } as Service} onClose={closed} />);
  pressEscape();
  expect(closed).toHaveBeenCalledTimes(1);
  expect(asked).not.toHaveBeenCalled();
});
