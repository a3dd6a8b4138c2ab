/** The categories in use, for suggestions while typing. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { groupsQuery } from '@/api/services';

export function useCategories(): string[] {
  const { data } = useInfiniteQuery(groupsQuery());
  return useMemo(() => {
    const names = (data?.pages ?? []).flatMap((page) => page.items.map(({ category }) => category));
    return names
      .filter((name) => name != null && name !== '')
      .map(String)
      .sort((a, b) => a.localeCompare(b));
  }, [data]);
}
