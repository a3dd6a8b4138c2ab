/** The categories in use, for suggestions while typing. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { servicesQuery } from '@/api/services';

export function useCategories(): string[] {
  const { data } = useInfiniteQuery(servicesQuery());
  return useMemo(() => {
    const names = (data?.pages ?? []).flatMap((page) => page.items.map(({ category }) => category));
    return [...new Set(names.filter((name) => name !== null))].sort((a, b) => a.localeCompare(b));
  }, [data]);
}
