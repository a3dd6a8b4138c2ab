/** Of which parts the dashboard's list is made: what needs attention, then the categories, each with its own question to the server. */
import type { Service, ServiceGroup } from '@/api/contract';
import { type AskedFilters, asAsked, type Filters, isPinning, type Sort } from '@/lib/filters';
import { integer } from '@/lib/numbers';
import { needsAttention, type Status, watched } from '@/lib/status';
import { dashboardText } from '@/lib/text/dashboard';
import { serviceText } from '@/lib/text/service';
import { stateText } from '@/lib/text/state';

export const ATTENTION = '\u0000attention';
export const ALL = '\u0000all';
/** Services without a category. */
export const NONE = '';

export interface Section {
  /** `ATTENTION`, `ALL`, a category, or `NONE`. */
  key: string;
  title: string;
  /** How many are in it, in words. */
  count: string;
  /** What is asked for its rows, and in which order. */
  asked: AskedFilters;
  sort: Sort;
  rows: number;
}

export const statusOf = (service: Service): Status => service.current_status.status;

/** Everything that is not pinned. */
const calm: readonly Status[] = ['maintenance', 'up', 'pending', 'paused'];

const troubled = ({ counts }: ServiceGroup): number =>
  needsAttention.reduce((sum, status) => sum + counts[status], 0);

export const attentionOf = (filters: Filters): AskedFilters => ({
  ...asAsked(filters),
  status: needsAttention.join(','),
});

/**
 * `attention` is how many are pinned, as far as the server has said it: else as many as the groups
 * count. `total` is how many match where all stand in one list.
 */
export function sectionsOf(
  filters: Filters,
  groups: readonly ServiceGroup[],
  { attention, total }: { attention: number | null; total: number },
): Section[] {
  const asked = asAsked(filters);
  if (filters.sort !== 'category') {
    const count = integer(total);
    const { sort } = filters;
    return [{ key: ALL, title: dashboardText.all, count, asked, sort, rows: total }];
  }
  const pinning = isPinning(filters);
  const sections: Section[] = groups.map((group) => {
    const { category, counts } = group;
    const key = category ?? NONE;
    return {
      key,
      title: category ?? serviceText.uncategorised,
      count: countOf(filters, group, watched(counts)),
      asked: {
        ...asked,
        ...(category == null ? { uncategorised: true } : { category }),
        ...(pinning ? { status: calm.join(',') } : {}),
      },
      sort: 'name',
      rows: pinning ? group.total - troubled(group) : group.total,
    };
  });
  if (pinning) {
    const pinned = attention ?? groups.reduce((sum, group) => sum + troubled(group), 0);
    sections.unshift({
      key: ATTENTION,
      title: serviceText.attention,
      count: integer(pinned),
      asked: attentionOf(filters),
      sort: 'status',
      rows: pinned,
    });
  }
  return sections.filter(({ rows }) => rows > 0);
}

function countOf({ status }: Filters, { total, counts }: ServiceGroup, looked: number): string {
  if (status.length > 0) return integer(total);
  return looked === 0 ? '' : stateText.operational(integer(counts.up), integer(looked));
}

/** The order of categories after one has moved by a place; those that stand nowhere yet are written down too. */
export function moved(categories: readonly string[], name: string, by: -1 | 1): string[] {
  const order = [...categories];
  const at = order.indexOf(name);
  const to = at + by;
  if (at < 0 || to < 0 || to >= order.length) return order;
  order.splice(at, 1);
  order.splice(to, 0, name);
  return order;
}
