/** A service as it was when a form about it was opened: live changes must not overwrite what is being typed. */
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import type { ServiceDetail } from '@/api/contract';
import { serviceQuery } from '@/api/services';

/** Undefined until it has been asked for anew. */
export function useFirstAnswer(id: string): ServiceDetail | undefined {
  const { data, isFetchedAfterMount } = useQuery({
    ...serviceQuery(id),
    refetchInterval: false,
    staleTime: 0,
  });
  const first = useRef<ServiceDetail>(undefined);
  if (first.current?.id !== id) first.current = undefined;
  if (isFetchedAfterMount) first.current ??= data;
  return first.current;
}
