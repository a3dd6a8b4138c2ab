/** How long an answer is waited for: nothing of this app waits without an end. */

const SECOND = 1_000;
const USUAL_MS = 20 * SECOND;
/** A little longer than the server gives itself for any request. */
const LONG_MS = 45 * SECOND;

/** What looks at somebody else's site first, or touches thousands of rows. */
const LONG: readonly [method: string, path: RegExp][] = [
  ['POST', /^\/api\/services\/(test|discover|validate-url|bulk)$/],
  ['POST', /^\/api\/channels\/[^/]+\/test$/],
  ['DELETE', /^\/api\/auth\/me$/],
];
/** Questions that are too long for an address; they change nothing. */
const ASKING = /^\/api\/services\/(test|discover|validate-url)$/;

/** Milliseconds. */
export const patienceFor = (method: string, path: string): number =>
  LONG.some(([its, route]) => its === method && route.test(path)) ? LONG_MS : USUAL_MS;

/** Something may have happened although no answer came. */
export const mayChange = (method: string, path: string): boolean =>
  method !== 'GET' && !(method === 'POST' && ASKING.test(path));

/** The time was up. */
export class TooLate extends Error {
  readonly seconds: number;

  constructor(ms: number) {
    super(`No answer within ${ms / SECOND} s`);
    this.name = 'TooLate';
    this.seconds = ms / SECOND;
  }
}

/** `fetch` whose answer is there to its last byte within `ms`, or else `TooLate`. */
export async function fetchWithin(
  request: Request | string,
  ms: number = USUAL_MS,
  init: RequestInit = {},
): Promise<Response> {
  const end = new AbortController();
  const asker = typeof request === 'string' ? undefined : request.signal;
  const give = () => end.abort(asker?.reason);
  if (asker?.aborted === true) give();
  asker?.addEventListener('abort', give, { once: true });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end.abort();
  }, ms);
  try {
    return await whole(await fetch(request, { ...init, signal: end.signal }));
  } catch (error) {
    throw late ? new TooLate(ms) : error;
  } finally {
    clearTimeout(timer);
    asker?.removeEventListener('abort', give);
  }
}

/** Statuses whose answers must not have a body. */
const BARE = [101, 204, 205, 304];

/** A body can stall as well as a head. */
async function whole(response: Response): Promise<Response> {
  const { body, status, statusText, headers } = response;
  if (body === null || BARE.includes(status)) return response;
  return new Response(await response.arrayBuffer(), { status, statusText, headers });
}
