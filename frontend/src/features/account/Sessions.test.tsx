import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { Sessions } from './Sessions';

const never = vi.hoisted(() => vi.fn(() => new Promise(() => undefined)));
const session = (id: string) => ({
  id,
  user_agent: id,
  address: '',
  last_seen_at: '2026-01-01T00:00:00Z',
  current: false,
});
vi.mock('@/api/account', () => ({
  sessionsQuery: () => ({ queryKey: ['sessions'], queryFn: async () => ['a', 'b'].map(session) }),
  endSession: never,
  endOtherSessions: never,
}));

it('ending is seen to be on its way, each by itself, and asked for once', async () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Sessions />
    </QueryClientProvider>,
  );
  const [first, second] = await screen.findAllByRole('button', { name: /^End the session/ });
  if (first === undefined || second === undefined) throw new Error('two sessions can be ended');
  await userEvent.click(first);
  expect(first.textContent).toBe('Ending');
  expect(second.textContent).toBe('End');
  await userEvent.click(first);
  expect(never).toHaveBeenCalledTimes(1);
  await userEvent.click(screen.getByRole('button', { name: 'End all others' }));
  expect(await screen.findByRole('button', { name: 'Ending' })).toBeTruthy();
});
