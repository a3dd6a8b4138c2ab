import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import type { Me } from '@/api/contract';
import { WaysToSignIn } from './WaysToSignIn';

const never = vi.hoisted(() => vi.fn(() => new Promise(() => undefined)));
vi.mock('@/api/account', () => ({
  providersQuery: () => ({
    queryKey: ['providers'],
    queryFn: async () => ({ google: true, github: true }),
  }),
  unlinkProvider: never,
}));

it('unlinking is seen to be on its way, and asked for once', async () => {
  const me = {
    identities: [{ provider: 'google' }, { provider: 'github' }],
  } as unknown as Me;
  render(
    <QueryClientProvider client={new QueryClient()}>
      <WaysToSignIn me={me} />
    </QueryClientProvider>,
  );
  const google = await screen.findByRole('button', { name: 'Unlink Google' });
  await userEvent.click(google);
  expect(google.textContent).toBe('Unlinking');
  expect(screen.getByRole('button', { name: 'Unlink GitHub' }).textContent).toBe('Unlink');
  await userEvent.click(google);
  expect(never).toHaveBeenCalledTimes(1);
});
