/** What went wrong with a query that has nothing to show, also while it is asked again: the query itself forgets it then. */
import { useRef } from 'react';

interface Asked {
  data: unknown;
  error: unknown;
  /** Of the same question: another one has never failed yet, or at another time. */
  errorUpdatedAt: number;
  isPlaceholderData: boolean;
}

/** None once there is an answer. */
export function useLastError({ data, error, errorUpdatedAt, isPlaceholderData }: Asked): unknown {
  const last = useRef<{ error: unknown; at: number }>(null);
  if (error !== null) last.current = { error, at: errorUpdatedAt };
  if (data !== undefined && !isPlaceholderData) return null;
  return last.current?.at === errorUpdatedAt ? last.current.error : null;
}
