/** What is searched for a status page; the same address can be searched again. */
import { useState } from 'react';

export interface Searched {
  address: string;
  /** The well-known name of whoever runs the page, if there is one. */
  vendor: string | null;
  /** Counts searches. */
  round: number;
}

export function useSearched(
  first: Omit<Searched, 'round'> | null,
): [Searched | null, (address: string, vendor: string | null) => void] {
  const [searched, setSearched] = useState<Searched | null>(first && { ...first, round: 0 });
  const search = (address: string, vendor: string | null) =>
    setSearched((before) => ({ address, vendor, round: (before?.round ?? 0) + 1 }));
  return [searched, search];
}
