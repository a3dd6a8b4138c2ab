import { expect, test } from 'vitest';
import { connectionWord, isBlind } from './connection';

const signs = { online: true, streamAway: true, ageMs: 12_000 };

test('a live stream needs no word, whatever the browser believes about the network', () => {
  expect(connectionWord({ ...signs, streamAway: false, online: false })).toBe(null);
});

test('a stream that is away is said, and being offline is said instead', () => {
  expect(connectionWord(signs)).toBe('away');
  expect(connectionWord({ ...signs, online: false })).toBe('offline');
});

test('before the first answer there is no data that could be old', () => {
  expect(connectionWord({ ...signs, ageMs: null })).toBe(null);
});

test('data older than a minute tells nothing, unless the stream says that it is current', () => {
  expect(isBlind(signs)).toBe(false);
  expect(isBlind({ ...signs, ageMs: 61_000 })).toBe(true);
  expect(isBlind({ ...signs, ageMs: 61_000, streamAway: false })).toBe(false);
});
