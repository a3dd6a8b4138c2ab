/** The one way to the API: JSON both ways, deadlines, silent token refresh, the server's clock, problems thrown. */
import createClient from 'openapi-fetch';
import { noteServerTime } from '../lib/time';
import { fetchWithin, mayChange, patienceFor, TooLate } from './deadline';
import { type Asked, LateProblem, Problem, problemFrom } from './problem';
import type { paths } from './schema.gen';
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
  if (refreshed === 'unreachable') throw new Problem(0, {}, null, kindOf(again));
  if (refreshed === 'renewed') {
    const second = await attempt(again);
    if (second.status !== 401) return second;
  }
  sessionEnded(kindOf(again) === 'question');
  return response;
}

/** Answers to what nobody asks again by itself; an answer does not say what it answers. */
const ofChanges = new WeakSet<Response>();

const kindOf = ({ method }: Request): Asked => (method === 'GET' ? 'question' : 'change');

async function attempt(request: Request): Promise<Response> {
  const { method } = request;
  const { pathname } = new URL(request.url);
  const kind = kindOf(request);
  let response: Response;
  try {
    response = await fetchWithin(request, patienceFor(method, pathname));
  } catch (error) {
    if (error instanceof TooLate) {
      throw new LateProblem(error.seconds, mayChange(method, pathname) ? 'change' : 'question');
    }
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, {}, null, kind);
  }
  if (kind === 'change') ofChanges.add(response);
  const date = Date.parse(response.headers.get('Date') ?? '');
  if (!Number.isNaN(date)) noteServerTime(date);
  return response;
}

/** The typed client; every path, parameter and body is checked against the API's document. */
export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: fetchApi });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** A good answer; what cannot be read comes from something that is not PulseCheck. */
async function good<A extends Answer<unknown>>(asked: Promise<A>): Promise<A> {
  let answer: A;
  try {
    answer = await asked;
  } catch (error) {
    throw error instanceof SyntaxError ? new Problem(0) : error;
  }
  if (!answer.response.ok) {
    const { response, error } = answer;
    throw problemFrom(response, error, ofChanges.has(response) ? 'change' : 'question');
  }
  return answer;
}

/**
 * The body of a good answer; everything else is thrown as a problem. `Named` gives the shape its
 * name of the contract where the client's own rendering of it loses tuples.
 */
export async function body<Named = never, T = unknown>(
  asked: Promise<Answer<T>>,
): Promise<[Named] extends [never] ? T : Named> {
  const { data } = await good(asked);
  return data as [Named] extends [never] ? T : Named;
}

/** A good answer with the tag by which its version is known. */
export async function tagged<Named extends object>(
  asked: Promise<Answer<unknown>>,
): Promise<Named & { etag: string | null }> {
  const { data, response } = await good(asked);
  return { ...(data as Named), etag: response.headers.get('ETag') };
}

export interface Page<T> {
  items: T[];
  /** The cursor of the next page, null on the last. */
  next: string | null;
  total: number | null;
}

/** A list with its paging headers. */
export async function page<T>(asked: Promise<Answer<T[]>>): Promise<Page<T>> {
  const { data, response } = await good(asked);
  const total = Number.parseInt(response.headers.get('X-Total-Count') ?? '', 10);
  return {
    items: data ?? [],
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

/** Leaves out what was not asked for: an empty parameter is not the same as none. */
export function asked<T extends object>(
  parameters: T,
): Partial<{ [K in keyof T]: NonNullable<T[K]> }> {
  return Object.fromEntries(
    Object.entries(parameters).filter(
      ([, value]) => value !== undefined && value !== null && value !== '',
    ),
  ) as Partial<{ [K in keyof T]: NonNullable<T[K]> }>;
}
