/** How high rows and heads are: on a phone a row has a second line, and everything grows with the reader's type. */
import { useSyncExternalStore } from 'react';
import type { Sizes } from '@/lib/geometry';

/** In rem; the classes of `ServiceRow` and `SectionHead` say the same. */
const wide: Sizes = { head: 4.25, row: 3.5 };
const narrow: Sizes = { head: 4.25, row: 4.25 };

const query = '(min-width: 48rem)';

function subscribe(listener: () => void): () => void {
  const media = window.matchMedia(query);
  media.addEventListener('change', listener);
  return () => media.removeEventListener('change', listener);
}

export function useSizes(): Sizes {
  const isWide = useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  const { head, row } = isWide ? wide : narrow;
  return { head: head * rem, row: row * rem };
}
