import { expect, it } from 'vitest';
import { Problem } from '@/api/problem';
import { aboveForm, allReasonsOf } from './elsewhere';

const full = { workspace: ['has 200 channels, which is the most there may be'] };
const sentence = 'This workspace has 200 channels, which is the most there may be.';

it('a reason without a field stands above the form, and those with one do not', () => {
  const name = { name: ['must not be empty'] };
  expect(aboveForm(new Problem(422, { errors: { ...full, ...name } }), ['name'])).toBe(sentence);
  expect(aboveForm(new Problem(422, { errors: name }), ['name'])).toBeNull();
  expect(aboveForm(null, [])).toBeNull();
});

it('without fields it is the sentence of the problem', () => {
  expect(aboveForm(new Problem(429, {}, 3), ['name'])).toContain('Try again in 3 s');
});

it('without a form every reason is told', () => {
  const errors = { ...full, url: ['must not be an address that is kept closed'] };
  expect(allReasonsOf(new Problem(422, { detail: 'Some fields are not valid.', errors }))).toBe(
    `${sentence} The address must not be an address that is kept closed.`,
  );
  expect(allReasonsOf(new Problem(502))).toContain('gets no answer');
});
