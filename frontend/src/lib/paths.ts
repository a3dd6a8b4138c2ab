/** Builds the app's own addresses; `app/routes.tsx` is the table that answers them. */

export const paths = {
  dashboard: () => '/',
  wall: () => '/?wall=1',
  login: (next?: string) =>
    next === undefined ? '/login' : `/login?next=${encodeURIComponent(next)}`,
  setup: () => '/setup',
  addService: (url?: string) =>
    url === undefined ? '/services/new' : `/services/new?url=${encodeURIComponent(url)}`,
  /** Choosing from a vendor's page; `name` is the vendor's, where it is a well-known one. */
  followPage: (page: string, name?: string) =>
    `/services/new?page=${encodeURIComponent(page)}${name === undefined ? '' : `&name=${encodeURIComponent(name)}`}`,
  service: (id: string) => `/services/${id}`,
  editService: (id: string) => `/services/${id}/edit`,
  copyService: (id: string) => `/services/${id}/copy`,
  incidents: (filters: { service?: string; state?: string; type?: string } = {}) => {
    const query = new URLSearchParams(filters).toString();
    return query === '' ? '/incidents' : `/incidents?${query}`;
  },
  incident: (id: string) => `/incidents/${id}`,
  notices: () => '/notices',
  addChannel: () => '/notices/new',
  editChannel: (id: string) => `/notices/${id}`,
  ledger: (channel?: string) =>
    channel === undefined ? '/notices/ledger' : `/notices/ledger?channel=${channel}`,
  maintenance: () => '/maintenance',
  account: () => '/account',
  about: () => '/about',
  settings: () => '/settings',
  system: () => '/system',
};

/** The dashboard as a wall display. */
export const isWall = ({ pathname, search }: { pathname: string; search: string }): boolean =>
  pathname === '/' && new URLSearchParams(search).get('wall') === '1';

/** Where to go after signing in: a path of ours, never somebody else's address. */
export function localPath(next: string | null): string {
  if (next === null || !/^\/(?![/\\])/.test(next)) return '/';
  const origin = 'http://local.invalid';
  try {
    const url = new URL(next, origin);
    return url.origin === origin && url.pathname !== '/login'
      ? url.pathname + url.search + url.hash
      : '/';
  } catch {
    return '/';
  }
}

/** An address that may be linked to: http(s) only, never `javascript:`. */
export function webAddress(url: string | null | undefined): string | null {
  return url != null && /^https?:\/\//i.test(url) ? url : null;
}
