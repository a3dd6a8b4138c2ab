import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { saveDensity } from '@/api/account';
import type { Preferences } from '@/api/contract';
import { keys } from '@/api/keys';
import { Problem } from '@/api/problem';
import { toast } from '@/ui/Toasts';
import { DensityChoice } from './DensityChoice';

vi.mock('@/api/account', () => ({
  preferencesQuery: () => ({ queryKey: ['preferences'], queryFn: async () => stored }),
  saveDensity: vi.fn(),
}));
vi.mock('@/ui/Toasts', () => ({ toast: vi.fn() }));

const stored = { density: 'comfortable', weekly_report: true } as Preferences;
let client: QueryClient;
const chosen = () => screen.getByRole<HTMLInputElement>('radio', { checked: true }).value;
const known = () => client.getQueryData<Preferences>(keys.preferences);

beforeEach(() => {
  vi.clearAllMocks();
  client = new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } });
  client.setQueryData(keys.preferences, stored);
  render(
    <QueryClientProvider client={client}>
      <DensityChoice />
    </QueryClientProvider>,
  );
});

it('a choice shows, and holds for the dashboard, before the server has said so', async () => {
  vi.mocked(saveDensity).mockReturnValue(new Promise<Preferences>(() => undefined));
  await userEvent.click(screen.getByLabelText('Compact'));
  expect(chosen()).toBe('compact');
  expect(known()).toEqual({ ...stored, density: 'compact' });
});

it('a choice that is refused is taken back, with its reason', async () => {
  let refuse: (error: Problem) => void = () => undefined;
  vi.mocked(saveDensity).mockReturnValue(
    new Promise<Preferences>((_, reject) => {
      refuse = reject;
    }),
  );
  await userEvent.click(screen.getByLabelText('Compact'));
  expect(chosen()).toBe('compact');
  // Another choice was saved meanwhile.
  client.setQueryData(keys.preferences, { ...stored, density: 'compact', weekly_report: false });
  // Nothing is read again in time: what was chosen before is known.
  vi.spyOn(client, 'invalidateQueries').mockResolvedValue();
  act(() => refuse(new Problem(0)));
  await waitFor(() => expect(chosen()).toBe('comfortable'));
  expect(known()).toEqual({ ...stored, weekly_report: false });
  expect(toast).toHaveBeenCalledExactlyOnceWith(expect.any(String), { kind: 'error' });
});
