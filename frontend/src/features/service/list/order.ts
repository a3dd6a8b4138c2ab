/** Moving a category: seen at once, taken back with a message when refused. */
import {
  type InfiniteData,
  type QueryClient,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { saveCategoryOrder } from '@/api/account';
import type { ServiceGroup } from '@/api/contract';
import { keys } from '@/api/keys';
import { sentenceOf } from '@/api/problem';
import type { Page } from '@/api/transport';
import { toast } from '@/ui/Toasts';

type Groups = InfiniteData<Page<ServiceGroup>>;

/** Every list of groups that was read, in the new order; those that stand nowhere in it come last, as they were. */
export function reordered(data: Groups, order: readonly string[]): Groups {
  const places = new Map(order.map((name, place) => [name, place]));
  const placeOf = ({ category }: ServiceGroup) => places.get(category ?? '') ?? order.length;
  const groups = data.pages
    .flatMap(({ items }) => items)
    .sort((one, other) => placeOf(one) - placeOf(other));
  let from = 0;
  const pages = data.pages.map((page) => {
    const items = groups.slice(from, from + page.items.length);
    from += page.items.length;
    return { ...page, items };
  });
  return { ...data, pages };
}

/** Gives back what puts the lists back as they were. */
function assumeOrder(client: QueryClient, order: readonly string[]): () => void {
  const before = client.getQueriesData<Groups>({ queryKey: keys.serviceGroupLists });
  client.setQueriesData<Groups>(
    { queryKey: keys.serviceGroupLists },
    (data) => data && reordered(data, order),
  );
  return () => {
    for (const [key, data] of before) client.setQueryData(key, data);
  };
}

export function useCategoryOrder() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: saveCategoryOrder,
    // Several moves are saved in the order in which they were made.
    scope: { id: 'category-order' },
    onMutate: async (order: string[]) => {
      // An answer that is on its way tells of the order before.
      await client.cancelQueries({ queryKey: keys.serviceGroupLists });
      return assumeOrder(client, order);
    },
    onSuccess: (preferences) => {
      client.setQueryData(keys.preferences, preferences);
      return client.invalidateQueries({ queryKey: keys.serviceLists });
    },
    onError: (error, _, takeBack) => {
      takeBack?.();
      toast(sentenceOf(error), { kind: 'error' });
    },
  });
}
