import { expect, it } from 'vitest';
import { localPath, paths, webAddress } from './paths';

it.each([
  [null, '/'],
  ['/services/1?range=7d#x', '/services/1?range=7d#x'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/login?next=/login', '/'],
])('after signing in, %s leads to %s', (next, path) => {
  expect(localPath(next)).toBe(path);
});

it('only web addresses become links', () => {
  expect(webAddress('javascript:alert(1)')).toBeNull();
  expect(webAddress('https://example.com')).toBe('https://example.com');
  expect(webAddress(null)).toBeNull();
});

it('filters are written into the address', () => {
  expect(paths.incidents({ state: 'open' })).toBe('/incidents?state=open');
  expect(paths.incidents()).toBe('/incidents');
});
