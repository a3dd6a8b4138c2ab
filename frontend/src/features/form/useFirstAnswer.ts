/** What a form is about, as it was when the form was opened: later answers must not overwrite what is being typed. */
import type { UseQueryResult } from '@tanstack/react-query';
import { useRef } from 'react';
import { useLastError } from '@/api/useLastError';

interface FirstAnswer<T> {
  /** Undefined until it has been asked for anew. */
  first: T | undefined;
  error: unknown;
  retry: () => void;
}

/** For a query with `fromNow`: what is known from before may be out of date. */
export function useFirstAnswer<T extends { id: string }>(
  read: UseQueryResult<T, unknown>,
  id: string,
): FirstAnswer<T> {
  const { data, refetch, isFetchedAfterMount } = read;
  const error = useLastError(read) ?? read.error;
  const first = useRef<T>(undefined);
  if (first.current?.id !== id) first.current = undefined;
  if (isFetchedAfterMount) first.current ??= data;
  return { first: first.current, error, retry: () => void refetch() };
}

export const fromNow = { refetchInterval: false, staleTime: 0 } as const;
