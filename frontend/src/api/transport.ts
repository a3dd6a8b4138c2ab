/** The one way to the API: JSON both ways, silent token refresh, the server's clock, problems thrown. */
import { noteServerTime } from '../lib/time';
import { Problem, problemFrom } from './problem';
import { refreshSession, sessionEnded } from './session';

/** Routes whose 401 is an answer and not the end of a session. */
const ANONYMOUS = /^\/api\/auth\/(login|setup|providers|refresh|logout)$/;

/** `fetch` with everything above but the reading of bodies. */
export async function fetchApi(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname;
  const again = request.clone();
  const sentAt = Date.now();
  const response = await attempt(request);
  if (response.status !== 401 || ANONYMOUS.test(path)) return response;
  const refreshed = await refreshSession(sentAt);
  if (refreshed === 'unreachable') throw new Problem(0);
  if (refreshed === 'renewed') {
    const second = await attempt(again);
    if (second.status !== 401) return second;
  }
  sessionEnded();
  return response;
}

async function attempt(request: Request): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0);
  }
  const date = Date.parse(response.headers.get('Date') ?? '');
  if (!Number.isNaN(date)) noteServerTime(date);
  return response;
}

type Query = Record<string, string | number | undefined | null>;

interface Options {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
  /** Lets the request outlive the page. */
  keepalive?: boolean;
}

async function call(method: string, path: string, options: Options): Promise<Response> {
  const url = new URL(path, window.location.origin);
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined && value !== null && value !== '') {
      url.searchParams.set(name, String(value));
    }
  }
  const init: RequestInit = { method, headers: { Accept: 'application/json' } };
  if (options.body !== undefined) {
    init.body = JSON.stringify(options.body);
    init.headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
  }
  if (options.signal !== undefined) init.signal = options.signal;
  if (options.keepalive === true) init.keepalive = true;
  const response = await fetchApi(new Request(url, init));
  if (!response.ok) throw await problemFrom(response);
  return response;
}

export async function send<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const response = await call(method, path, options);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export interface Page<T> {
  items: T[];
  /** The cursor of the next page, null on the last. */
  next: string | null;
  total: number | null;
}

/** A list with its paging headers. */
export async function sendForPage<T>(path: string, options: Options = {}): Promise<Page<T>> {
  const response = await call('GET', path, options);
  const items = (await response.json()) as T[];
  const total = Number.parseInt(response.headers.get('X-Total-Count') ?? '', 10);
  return {
    items,
    next: nextCursor(response.headers.get('Link')),
    total: Number.isNaN(total) ? null : total,
  };
}

/** The `cursor` of the `rel="next"` link, if there is one. */
export function nextCursor(link: string | null): string | null {
  const next = /<([^>]*)>\s*;[^,]*rel="?next"?/i.exec(link ?? '')?.[1];
  if (next === undefined) return null;
  return new URL(next, 'http://relative.invalid').searchParams.get('cursor');
}
