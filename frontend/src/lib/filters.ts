/** Which services the dashboard shows and in which order: as the address of the page says it, and as the API asks it. */
import { precedence, type Status } from './status';

export const monitorTypes = ['http_ping', 'status_page'] as const;
export type MonitorWord = (typeof monitorTypes)[number];
export const sorts = ['category', 'name', 'status', 'created'] as const;
export type Sort = (typeof sorts)[number];

export const statuses: readonly Status[] = [...precedence, 'paused'];

export interface Filters {
  q: string;
  status: readonly Status[];
  type: MonitorWord | null;
  /** A category's name, '' for services without one, null for all. */
  category: string | null;
  tag: string;
  /** `category` groups and pins what needs attention; the others are one list. */
  sort: Sort;
}

export const noFilters: Filters = {
  q: '',
  status: [],
  type: null,
  category: null,
  tag: '',
  sort: 'category',
};

const LONGEST = 200;
const text = (params: URLSearchParams, name: string): string =>
  (params.get(name) ?? '').slice(0, LONGEST);

/** What nobody knows in an address is left out. */
export function readFilters(params: URLSearchParams): Filters {
  const asked = text(params, 'status').split(',');
  return {
    q: text(params, 'q'),
    status: statuses.filter((status) => asked.includes(status)),
    type: monitorTypes.find((type) => type === params.get('type')) ?? null,
    category: params.has('category') ? text(params, 'category') : null,
    tag: text(params, 'tag'),
    sort: sorts.find((sort) => sort === params.get('sort')) ?? 'category',
  };
}

/** The same address with these filters; what else stands in it stays. */
export function writeFilters(before: URLSearchParams, filters: Filters): URLSearchParams {
  const params = new URLSearchParams(before);
  const set = (name: string, value: string | null) => {
    if (value === null || (value === '' && name !== 'category')) params.delete(name);
    else params.set(name, value);
  };
  set('q', filters.q);
  set('status', filters.status.join(','));
  set('type', filters.type);
  set('category', filters.category);
  set('tag', filters.tag);
  set('sort', filters.sort === 'category' ? null : filters.sort);
  return params;
}

/** How many of the filters narrow the list; the order and the words of the search box are not among them. */
export const filterCount = ({ status, type, category, tag }: Filters): number =>
  [status.length > 0, type !== null, category !== null, tag !== ''].filter(Boolean).length;

export const isNarrowed = (filters: Filters): boolean =>
  filters.q.trim() !== '' || filterCount(filters) > 0;

/** What needs attention is pinned in the usual view, and nowhere twice. */
export const isPinning = ({ status, sort }: Filters): boolean =>
  sort === 'category' && status.length === 0;

/** As the API's query parameters say it. */
export interface AskedFilters {
  q?: string;
  status?: string;
  monitor_type?: MonitorWord;
  category?: string;
  uncategorised?: boolean;
  tag?: string;
}

export function asAsked(filters: Filters): AskedFilters {
  const asked: AskedFilters = {};
  const q = filters.q.trim();
  if (q !== '') asked.q = q;
  if (filters.status.length > 0) asked.status = filters.status.join(',');
  if (filters.type !== null) asked.monitor_type = filters.type;
  if (filters.category === '') asked.uncategorised = true;
  else if (filters.category !== null) asked.category = filters.category;
  if (filters.tag !== '') asked.tag = filters.tag;
  return asked;
}
