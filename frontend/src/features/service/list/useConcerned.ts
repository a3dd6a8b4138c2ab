/** Of whom the dashboard's sentence speaks, whatever its list is narrowed to. */
import { useQuery } from '@tanstack/react-query';
import { servicePageQuery } from '@/api/services';
import { noFilters } from '@/lib/filters';
import { type Counts, worstOf } from '@/lib/status';
import { type Concerned, concernedOf } from './concerned';
import { attentionOf } from './sections';

export function useConcerned(counts: Counts): Concerned | undefined {
  // Also while nothing is wrong: what is asked anew would move what is pinned, under a pointer.
  const troubled = useQuery(servicePageQuery(attentionOf(noFilters), 'status', 0));
  const isAtWork = worstOf(counts) === 'maintenance';
  const worked = useQuery({
    ...servicePageQuery({ status: 'maintenance' }, 'status', 0),
    enabled: isAtWork,
  });
  return concernedOf(counts, (isAtWork ? worked : troubled).data?.items ?? []);
}
