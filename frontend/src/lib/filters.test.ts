import { expect, it } from 'vitest';
import { asAsked, filterCount, isPinning, noFilters, readFilters, writeFilters } from './filters';

const read = (query: string) => readFilters(new URLSearchParams(query));

it('survive the way into the address and back', () => {
  const filters = {
    q: 'api & co',
    status: ['down', 'paused'] as const,
    type: 'http_ping' as const,
    category: 'Web / Shop',
    tag: 'eu',
    sort: 'name' as const,
  };
  const address = writeFilters(new URLSearchParams('wall=1'), filters);
  expect(address.get('wall')).toBe('1');
  expect(readFilters(address)).toEqual(filters);
  expect(writeFilters(address, noFilters).toString()).toBe('wall=1');
});

it('tell services without a category from all services', () => {
  expect(asAsked(read('category='))).toEqual({ uncategorised: true });
  expect(asAsked(read(''))).toEqual({});
  expect(asAsked(read('category=Web&status=down,unknown'))).toEqual({
    category: 'Web',
    status: 'down,unknown',
  });
});

it('leave out what nobody knows', () => {
  expect(read('status=dancing,up&type=ftp&sort=luck&q=')).toEqual({ ...noFilters, status: ['up'] });
  expect(read(`q=${'x'.repeat(5000)}`).q).toHaveLength(200);
});

it('pin what needs attention only where it would not stand twice', () => {
  expect(isPinning(read('q=shop&type=http_ping'))).toBe(true);
  expect(isPinning(read('status=down'))).toBe(false);
  expect(isPinning(read('sort=name'))).toBe(false);
  expect(filterCount(read('q=shop&tag=eu&sort=name'))).toBe(1);
});
