/** One choice of a page that stands in its address, so that it is still there on the way back and in a link. */
import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

/** The usual one is not written; what nobody knows is taken for it. */
export function useParam<T extends string>(
  name: string,
  known: readonly T[],
  usual: T,
): [T, (value: T) => void] {
  const [search, setSearch] = useSearchParams();
  const value = known.find((one) => one === search.get(name)) ?? usual;
  const choose = useCallback(
    (next: T) =>
      setSearch(
        (before) => {
          if (next === usual) before.delete(name);
          else before.set(name, next);
          return before;
        },
        { replace: true, preventScrollReset: true },
      ),
    [name, usual, setSearch],
  );
  return [value, choose];
}
