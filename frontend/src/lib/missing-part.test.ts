import { beforeEach, expect, it, vi } from 'vitest';
import { isMissingPart, isReplaced, leaveBuild } from './missing-part';

beforeEach(() => {
  sessionStorage.clear();
  document.head.innerHTML = '<script type="module" src="/assets/index-one.js"></script>';
});

it.each([
  'Failed to fetch dynamically imported module: https://x/assets/a.js',
  'error loading dynamically imported module: https://x/assets/a.js',
  'Importing a module script failed.',
  'Unable to preload CSS for /assets/a.css',
])('every browser says in its own words that a part did not come: %s', (message) => {
  expect(isMissingPart(new TypeError(message))).toBe(true);
});

it('a fault in a part is none of them', () => {
  expect(isMissingPart(new TypeError('x is not a function'))).toBe(false);
  expect(isMissingPart('Importing a module script failed.')).toBe(false);
});

it.each([
  ['/assets/index-one.js', false],
  ['/assets/index-two.js', true],
])('a server whose page begins with %s has another build: %s', async (src, replaced) => {
  const page = new Response(`<script type="module" src="${src}"></script>`);
  vi.stubGlobal('fetch', () => Promise.resolve(page));
  expect(await isReplaced()).toBe(replaced);
});

it('a proxy that answers for the server says nothing of its build', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status: 502 })));
  await expect(isReplaced()).rejects.toThrow('502');
});

it('a build is left once, and the next one once again', () => {
  const reload = vi.fn();
  expect(leaveBuild(reload)).toBe(true);
  expect(leaveBuild(reload)).toBe(false);
  expect(reload).toHaveBeenCalledTimes(1);
  document.head.innerHTML = '<script type="module" src="/assets/index-two.js"></script>';
  expect(leaveBuild(reload)).toBe(true);
});
