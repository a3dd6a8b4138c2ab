import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { act, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, it } from 'vitest';
import { useLastError } from './useLastError';

interface Question {
  answer: (value: string) => void;
  refuse: (error: Error) => void;
}

function setUp(kept = false) {
  const asked: Question[] = [];
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const { result, rerender } = renderHook(
    ({ id }: { id: string }) => {
      const query = useQuery({
        queryKey: [id],
        queryFn: () =>
          new Promise<string>((answer, refuse) => {
            asked.push({ answer, refuse });
          }),
        ...(kept ? { placeholderData: (before: string | undefined) => before } : {}),
      });
      const failure = useLastError(query);
      return { failure: failure instanceof Error ? failure.message : failure, query };
    },
    {
      initialProps: { id: 'a' },
      wrapper: ({ children }: { children: ReactNode }) => (
        <QueryClientProvider client={client}>{children}</QueryClientProvider>
      ),
    },
  );
  const failure = () => result.current.failure;
  const again = () => act(() => void result.current.query.refetch());
  return { asked, failure, again, rerender, isPending: () => result.current.query.isPending };
}

it('what went wrong stays while it is asked again, until there is an answer', async () => {
  const { asked, failure, again, isPending } = setUp();
  expect(failure()).toBeNull();
  act(() => asked[0]?.refuse(new Error('away')));
  await waitFor(() => expect(failure()).toBe('away'));
  again();
  await waitFor(() => expect(isPending()).toBe(true));
  expect(failure()).toBe('away');
  act(() => asked[1]?.answer('here'));
  await waitFor(() => expect(failure()).toBeNull());
});

it('another question has nothing to do with it', async () => {
  const { asked, failure, rerender } = setUp();
  act(() => asked[0]?.refuse(new Error('away')));
  await waitFor(() => expect(failure()).toBe('away'));
  rerender({ id: 'b' });
  expect(failure()).toBeNull();
});

it('the answer to the question before is no answer', async () => {
  const { asked, failure, again, rerender, isPending } = setUp(true);
  act(() => asked[0]?.answer('of a'));
  rerender({ id: 'b' });
  await waitFor(() => expect(asked).toHaveLength(2));
  act(() => asked[1]?.refuse(new Error('away')));
  await waitFor(() => expect(failure()).toBe('away'));
  again();
  await waitFor(() => expect(isPending()).toBe(false));
  expect(failure()).toBe('away');
});
