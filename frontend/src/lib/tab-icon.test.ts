import { expect, test } from 'vitest';
import { tabIcon } from './tab-icon';

test.each([
  [undefined, '/favicon.svg'],
  [{ up: 3, paused: 1 }, '/favicon.svg'],
  [{ up: 3, pending: 1 }, '/favicon.svg'],
  [{ up: 3, maintenance: 1 }, '/favicon-maintenance.svg'],
  [{ unknown: 1, maintenance: 1 }, '/favicon-unknown.svg'],
  [{ degraded: 1, down: 1, unknown: 1 }, '/favicon-down.svg'],
])('%j is shown by %s', (counts, icon) => {
  expect(tabIcon(counts, false)).toBe(icon);
});

test('who has not heard of the server for long knows nothing, not even that all is well', () => {
  expect(tabIcon({ up: 3 }, true)).toBe('/favicon-unknown.svg');
});
