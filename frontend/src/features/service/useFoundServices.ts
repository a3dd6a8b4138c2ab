/** Services whose names fit what is typed, or why there are none to choose from. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Service } from '@/api/contract';
import { sentenceOf } from '@/api/problem';
import { serviceSearchQuery } from '@/api/services';
import { useLastError } from '@/api/useLastError';
import { serviceText } from '@/lib/text/service';
import { useSettled } from '@/ui/useSettled';

const TYPING_MS = 120;

interface Found {
  services: readonly Service[];
  /** In place of an empty list. */
  note: string | undefined;
}

export function useFoundServices(typed: string): Found {
  const query = useSettled(typed.trim(), TYPING_MS);
  const read = useQuery({
    ...serviceSearchQuery(query),
    enabled: query !== '',
    placeholderData: keepPreviousData,
  });
  const error = useLastError(read);
  if (query === '') return { services: [], note: undefined };
  const isNone = read.data?.length === 0 && !read.isPlaceholderData;
  return {
    services: read.data ?? [],
    note: error !== null ? sentenceOf(error) : isNone ? serviceText.choose.none(query) : undefined,
  };
}
