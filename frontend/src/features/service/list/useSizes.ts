/** How high rows and heads are: on a phone a row has a second line, and everything grows with the reader's type. */
import { useSyncExternalStore } from 'react';
import type { Density } from '@/api/contract';
import type { Sizes } from '@/lib/geometry';

/** In rem; the classes of `ServiceRow` and `SectionHead` say the same. */
const wide: Record<Density, Sizes> = {
  comfortable: { head: 4.25, row: 3.5 },
  compact: { head: 4.25, row: 2.375 },
};
/** Two lines and a finger leave nothing to save: on a phone compact rows are as high as others. */
const narrow: Sizes = { head: 4.25, row: 4.25 };
/** The 44 px that a finger needs, and the edges of a row. */
const FINGER = 46;

const WIDE = '(min-width: 48rem)';
const TOUCHED = '(pointer: coarse)';

function subscribe(listener: () => void): () => void {
  const media = [WIDE, TOUCHED].map((query) => window.matchMedia(query));
  for (const one of media) one.addEventListener('change', listener);
  return () => {
    for (const one of media) one.removeEventListener('change', listener);
  };
}

const useMedia = (query: string): boolean =>
  useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);

export function useSizes(density: Density): Sizes {
  const isWide = useMedia(WIDE);
  const isTouched = useMedia(TOUCHED);
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  const { head, row } = isWide ? wide[density] : narrow;
  return { head: head * rem, row: Math.max(row * rem, isTouched ? FINGER : 0) };
}
