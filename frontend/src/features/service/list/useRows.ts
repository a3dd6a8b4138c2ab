/** The rows of one section, as far as they are in view: fetched page by page, and kept for when one scrolls back. */
import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Service } from '@/api/contract';
import { PAGE, servicePageQuery } from '@/api/services';
import { pagesOf } from '@/lib/geometry';
import type { Section } from './sections';

/** Pages that only fly past are not asked for. */
const SETTLES_MS = 90;

export interface Rows {
  /** None while it is on its way, or when it is gone. */
  at: (row: number) => Service | undefined;
  /** What went wrong with a page that is in view and was never read. */
  error: unknown;
  retry: () => void;
  /** All rows that are known, in order. */
  known: readonly Service[];
}

export function useRows({ asked, sort }: Section, from: number, to: number): Rows {
  const client = useQueryClient();
  const pages = pagesOf({ from, to }, PAGE);
  const wanted = pages.join(',');
  const [settled, setSettled] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(wanted), SETTLES_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
  const rests = settled.split(',');
  const results = useQueries({
    queries: pages.map((number) => {
      const query = servicePageQuery(asked, sort, number);
      const known = client.getQueryData(query.queryKey) !== undefined;
      return { ...query, enabled: known || rests.includes(String(number)) };
    }),
  });
  // Also those that have failed and are asked again: what is wrong stands there until they are read.
  const failed = results.filter(
    ({ data, errorUpdateCount }) => data === undefined && errorUpdateCount > 0,
  );
  const last = useRef<Error>(null);
  const error = failed.length === 0 ? null : (failed.find(isRefused)?.error ?? last.current);
  useEffect(() => {
    last.current = error;
  }, [error]);
  return {
    at: (row) => results[pages.indexOf(Math.floor(row / PAGE))]?.data?.items[row % PAGE],
    error,
    retry: () => {
      for (const result of failed) void result.refetch();
    },
    known: results.flatMap((result) => result.data?.items ?? []),
  };
}

const isRefused = ({ error }: { error: Error | null }): boolean => error !== null;
