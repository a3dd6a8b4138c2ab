/** What is older than a list shows: a button for more of it, and beside it why that did not come. */
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { sentenceOf } from '@/api/problem';
import { shellText } from '@/lib/text/shell';
import { Button } from '@/ui/Button';

type List = Pick<
  UseInfiniteQueryResult,
  'hasNextPage' | 'isFetchingNextPage' | 'isFetchNextPageError' | 'error' | 'fetchNextPage'
>;

export function Older({ list, children }: { list: List; children: ReactNode }) {
  if (!list.hasNextPage) return null;
  return (
    <div className="flex flex-wrap items-center justify-center gap-x-4 gap-y-2">
      {list.isFetchNextPageError && (
        <p role="alert" className="text-soft">
          {sentenceOf(list.error)}
        </p>
      )}
      <Button
        size="sm"
        busy={list.isFetchingNextPage && shellText.loadingMore}
        onClick={() => void list.fetchNextPage()}
      >
        {children}
      </Button>
    </div>
  );
}
