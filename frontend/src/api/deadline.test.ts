import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchWithin, mayChange, patienceFor } from './deadline';
import { LateProblem } from './problem';
import { changeServices, previewChange } from './services';
import { api, body } from './transport';

type Fetch = (request: Request | string, init?: RequestInit) => Promise<Response>;
let answer: Fetch;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', (request: Request | string, init?: RequestInit) => answer(request, init));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const never: Fetch = (_request, init) =>
  new Promise((_, refuse) => {
    init?.signal?.addEventListener('abort', () => refuse(init.signal?.reason));
  });

/** A head at once, a body that stalls. */
const stalling: Fetch = async (_request, init) =>
  new Response(
    new ReadableStream({
      start(stream) {
        stream.enqueue(new TextEncoder().encode('{"total":'));
        init?.signal?.addEventListener('abort', () => stream.error(init.signal?.reason));
      },
    }),
    { headers: { 'Content-Type': 'application/json' } },
  );

describe('an answer that does not come', () => {
  it.each([
    ['at all', never],
    ['to its end', stalling],
  ])('%s ends after 20 s with a sentence', async (_, way) => {
    answer = way;
    const asked = body(api.GET('/api/summary'));
    const refused = expect(asked).rejects.toThrow('did not answer within 20 s');
    await vi.advanceTimersByTimeAsync(19_999);
    await vi.advanceTimersByTimeAsync(1);
    await refused;
    await expect(asked).rejects.toBeInstanceOf(LateProblem);
  });

  it('to a change may have been preceded by the change, and says so; a preview is no change', async () => {
    answer = never;
    const change = expect(changeServices({ action: 'pause', ids: [] })).rejects.toThrow(
      'It may have happened all the same',
    );
    const preview = expect(previewChange({ action: 'pause', ids: [] })).rejects.toThrow(
      /within 45 s\. Try again\.$/,
    );
    await vi.advanceTimersByTimeAsync(45_000);
    await change;
    await preview;
  });

  it('is no deadline where nobody waits any more', async () => {
    answer = never;
    const leaving = new AbortController();
    const asked = fetchWithin({ signal: leaving.signal } as unknown as Request, 1_000);
    const refused = expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    leaving.abort();
    await refused;
    expect(vi.getTimerCount()).toBe(0);
  });
});

it('an answer in time is the same answer, and leaves no timer behind', async () => {
  answer = async () => new Response('{"a":1}', { status: 201, headers: { ETag: '"7"' } });
  const response = await fetchWithin('/api/x', 1_000);
  expect([response.status, response.headers.get('ETag')]).toEqual([201, '"7"']);
  expect(await response.json()).toEqual({ a: 1 });
  answer = async () => new Response(null, { status: 204 });
  expect((await fetchWithin('/api/x', 1_000)).status).toBe(204);
  expect(vi.getTimerCount()).toBe(0);
});

it.each([
  ['GET', '/api/services', 20, false],
  ['POST', '/api/services', 20, true],
  ['POST', '/api/services/test', 45, false],
  ['POST', '/api/services/discover', 45, false],
  ['POST', '/api/services/bulk', 45, true],
  ['POST', '/api/channels/7/test', 45, true],
  ['GET', '/api/auth/me', 20, false],
  ['DELETE', '/api/auth/me', 45, true],
])('%s %s is waited for %i s', (method, path, seconds, changes) => {
  expect(patienceFor(method, path)).toBe(seconds * 1_000);
  expect(mayChange(method, path)).toBe(changes);
});
