/** A service as it was when a form about it was opened: live changes must not overwrite what is being typed. */
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import type { ServiceDetail } from '@/api/contract';
import { serviceQuery } from '@/api/services';
import { useLastError } from '@/api/useLastError';

interface FirstAnswer {
  /** Undefined until it has been asked for anew. */
  service: ServiceDetail | undefined;
  error: unknown;
  retry: () => void;
}

export function useFirstAnswer(id: string): FirstAnswer {
  const read = useQuery({
    ...serviceQuery(id),
    refetchInterval: false,
    staleTime: 0,
  });
  const { data, refetch, isFetchedAfterMount } = read;
  const error = useLastError(read) ?? read.error;
  const first = useRef<ServiceDetail>(undefined);
  if (first.current?.id !== id) first.current = undefined;
  if (isFetchedAfterMount) first.current ??= data;
  return { service: first.current, error, retry: () => void refetch() };
}
