import { expect, test } from 'vitest';
import { doneSentence, questionOf } from './links';

const followed = { services: [] as string[], changed: 0, email: null };

test('each kind of link asks its own question', () => {
  const buttons = ['/acknowledge', '/unsubscribe', '/verify'].map(
    (path) => questionOf(path).button,
  );
  expect(buttons).toEqual(['Take it on', 'No more mail', 'Verify the address']);
});

test('what it did is said in one sentence', () => {
  const said = (done: string, more: object = {}) => doneSentence({ ...followed, done, ...more });
  expect(said('verified', { email: 'ann@example.com' })).toBe('ann@example.com is verified');
  expect(said('reports_stopped')).toBe('No more weekly reports come');
  expect(said('unsubscribed')).toBe('No more mail comes from this channel');
  expect(said('acknowledged', { changed: 2, services: ['A', 'B'] })).toBe('A and B are yours');
  expect(said('acknowledged')).toBe('Somebody has taken this on, or it is over');
});
