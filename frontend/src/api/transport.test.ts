import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from './problem';
import { whenSessionEnds } from './session';
import { api, body, fetchApi, nextCursor, page } from './transport';

const answers = vi.fn<(request: Request | string) => Response | Error>();

beforeEach(() => {
  localStorage.clear();
  answers.mockReset();
  vi.stubGlobal('fetch', async (request: Request | string) => {
    const answer = answers(request);
    if (answer instanceof Error) throw answer;
    return answer;
  });
});
afterEach(() => vi.unstubAllGlobals());

const json = (value: unknown, init: ResponseInit = {}) =>
  new Response(JSON.stringify(value), {
    ...init,
    headers: { 'Content-Type': 'application/json', ...init.headers },
  });
const asked = () =>
  answers.mock.calls.map(([request]) =>
    typeof request === 'string' ? request : new URL(request.url).pathname,
  );

describe('a 401', () => {
  it('is followed by one refresh and the same request again', async () => {
    answers
      .mockReturnValueOnce(new Response(null, { status: 401 }))
      .mockReturnValueOnce(json({ message: 'Token refreshed' }))
      .mockReturnValueOnce(json({ id: 1 }));
    await expect(body(api.GET('/api/summary'))).resolves.toEqual({ id: 1 });
    expect(asked()).toEqual(['/api/summary', '/api/auth/refresh', '/api/summary']);
  });

  it('of several requests at once costs one refresh', async () => {
    let fresh = false;
    answers.mockImplementation((request) => {
      const path = typeof request === 'string' ? request : new URL(request.url).pathname;
      if (path === '/api/auth/refresh') fresh = true;
      return fresh ? json({}) : new Response(null, { status: 401 });
    });
    await Promise.all(
      ['/api/a', '/api/b', '/api/c'].map((path) =>
        fetchApi(new Request(new URL(path, window.location.origin))),
      ),
    );
    expect(asked().filter((path) => path === '/api/auth/refresh')).toHaveLength(1);
  });

  it('that refreshing cannot mend ends the session', async () => {
    const ended = vi.fn();
    whenSessionEnds(ended);
    answers.mockImplementation(() => new Response(null, { status: 401 }));
    await expect(body(api.GET('/api/services'))).rejects.toMatchObject({ status: 401 });
    expect(ended).toHaveBeenCalledExactlyOnceWith(true);
  });

  it('of a change is told apart from what a page asks by itself', async () => {
    const ended = vi.fn();
    whenSessionEnds(ended);
    answers.mockImplementation(() => new Response(null, { status: 401 }));
    await expect(body(api.POST('/api/services', { body: {} }))).rejects.toMatchObject({
      status: 401,
    });
    expect(ended).toHaveBeenCalledExactlyOnceWith(false);
  });

  it('while signing in is an answer, not the end of a session', async () => {
    answers.mockReturnValueOnce(new Response(null, { status: 401 }));
    await expect(
      body(api.POST('/api/auth/login', { body: { email: '', password: '' } })),
    ).rejects.toBeInstanceOf(Problem);
    expect(asked()).toEqual(['/api/auth/login']);
  });

  it('does not end the session while the server is away', async () => {
    const ended = vi.fn();
    whenSessionEnds(ended);
    answers
      .mockReturnValueOnce(new Response(null, { status: 401 }))
      .mockReturnValueOnce(new Response(null, { status: 503 }));
    await expect(body(api.GET('/api/services'))).rejects.toMatchObject({ status: 0 });
    expect(ended).not.toHaveBeenCalled();
  });
});

describe('problems', () => {
  it('carry every wrong field', async () => {
    answers.mockReturnValueOnce(
      json(
        { title: 'Invalid', status: 422, errors: { name: ['must not be empty'], url: ['is bad'] } },
        { status: 422, headers: { 'Content-Type': 'application/problem+json' } },
      ),
    );
    await expect(body(api.POST('/api/services', { body: {} }))).rejects.toMatchObject({
      status: 422,
      fields: { name: ['must not be empty'], url: ['is bad'] },
    });
  });

  it('say how long to wait', async () => {
    answers.mockReturnValueOnce(
      new Response(null, { status: 429, headers: { 'Retry-After': '7' } }),
    );
    await expect(body(api.POST('/api/services/test', { body: {} }))).rejects.toThrow(
      'Try again in 7 s',
    );
  });

  it('have a sentence when nothing answers at all', async () => {
    answers.mockReturnValueOnce(new TypeError('Failed to fetch'));
    await expect(body(api.GET('/api/summary'))).rejects.toThrow('PulseCheck does not answer');
  });

  const change = () => body(api.POST('/api/services', { body: {} }));
  const question = () => body(api.GET('/api/summary'));

  it.each([
    ['a database that is away', 503, 'cannot reach its database right now. It tries again by'],
    ['a proxy without an answer', 502, 'gets no answer from it (502). This page tries again by'],
    ['a proxy that waited', 504, 'gets no answer from it (504). This page tries again by'],
  ])('promise another try of a question: %s', async (_, status, words) => {
    answers.mockReturnValue(json({}, { status }));
    await expect(question()).rejects.toThrow(words);
  });

  it.each([
    ['a database that is away', 503, 'cannot reach its database right now. Try again in a minute.'],
    ['a proxy without an answer', 502, '(502). It may have happened all the same'],
    ['a proxy that waited', 504, '(504). It may have happened all the same'],
  ])('never promise that of a change: %s', async (_, status, words) => {
    answers.mockReturnValue(json({}, { status }));
    await expect(change()).rejects.toThrow(words);
  });

  it('tell what took too long from a database that is away', async () => {
    const late = {
      type: '/api/docs#timed-out',
      status: 503,
      detail: 'This took too long and was given up.',
    };
    answers.mockImplementation(() => json(late, { status: 503 }));
    await expect(question()).rejects.toThrow(/^This took too long and was given up\.$/);
    await expect(change()).rejects.toThrow(
      'This took too long and was given up. It may have happened all the same',
    );
  });

  it('never promise that of a change: no answer at all', async () => {
    answers.mockReturnValueOnce(new TypeError('Failed to fetch'));
    await expect(change()).rejects.toThrow('Check your connection, then try again.');
  });

  it('survive a proxy that answers with HTML', async () => {
    answers.mockReturnValueOnce(
      new Response('<html>', { status: 502, headers: { 'Content-Type': 'text/html' } }),
    );
    await expect(body(api.GET('/api/summary'))).rejects.toMatchObject({ status: 502 });
  });
});

describe('paging', () => {
  it('follows the next link and the total', async () => {
    answers.mockReturnValueOnce(
      json([1, 2], {
        headers: { Link: '</api/x?limit=2&cursor=abc%3D>; rel="next"', 'X-Total-Count': '9' },
      }),
    );
    await expect(page(api.GET('/api/services'))).resolves.toEqual({
      items: [1, 2],
      next: 'abc=',
      total: 9,
    });
  });

  it.each([
    [null, null],
    ['</api/x?cursor=a>; rel="prev"', null],
    ['</api/x?cursor=a>; rel="prev", </api/x?cursor=b>; rel="next"', 'b'],
    ['<https://h.example/api/x?cursor=c>; rel=next', 'c'],
  ])('%s leads to %s', (link, cursor) => {
    expect(nextCursor(link)).toBe(cursor);
  });
});
