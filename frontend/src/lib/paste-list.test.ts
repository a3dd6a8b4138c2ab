import { describe, expect, it } from 'vitest';
import { nameFromUrl, parseList, toUrl } from './paste-list';

describe('what is typed becomes an address', () => {
  it.each([
    ['example.com', 'https://example.com'],
    ['  example.com/health ', 'https://example.com/health'],
    ['https://example.com/', 'https://example.com/'],
    ['http://example.com:8080', 'http://example.com:8080'],
    ['example.com:8443/x', 'https://example.com:8443/x'],
    ['localhost:3000', 'http://localhost:3000'],
    ['192.168.1.20', 'http://192.168.1.20'],
    ['nas.lan', 'http://nas.lan'],
    ['[::1]:8080', 'http://[::1]:8080'],
    ['HTTPS://Example.COM', 'https://example.com'],
    ['bücher.example', 'https://xn--bcher-kva.example'],
  ])('%s → %s', (typed, url) => {
    expect(toUrl(typed)).toBe(url);
  });

  it.each([
    '',
    'hello',
    'two words.com',
    'javascript:alert(1)',
    'mailto:a@example.com',
    'ftp://example.com',
    'file:///etc/passwd',
    'https://user:secret@example.com',
    'http://',
  ])('%s is refused', (typed) => {
    expect(toUrl(typed)).toBeNull();
  });
});

it('a name is made from an address', () => {
  expect(nameFromUrl('https://www.example.com/health/')).toBe('example.com/health');
  expect(nameFromUrl('http://192.168.1.20:5000')).toBe('192.168.1.20:5000');
});

it('a list is read line by line, with names before or after, without repeats', () => {
  const lines = parseList(
    [
      '# my services',
      'https://one.example.com',
      '- two.example.com',
      'Shop, https://shop.example.com/health',
      'https://api.example.com\tPublic API',
      'https://one.example.com',
      '',
      'no address here',
    ].join('\n'),
  );
  expect(lines.map(({ service }) => service)).toEqual([
    { name: 'one.example.com', url: 'https://one.example.com' },
    { name: 'two.example.com', url: 'https://two.example.com' },
    { name: 'Shop', url: 'https://shop.example.com/health' },
    { name: 'Public API', url: 'https://api.example.com' },
    null,
  ]);
});
