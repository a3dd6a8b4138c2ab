import { expect, it } from 'vitest';
import { Problem } from '@/api/problem';
import { refusalOf } from './form-refusal';

it('reasons go to their fields, and open the folded part when they are in it', () => {
  const errors = { name: ['must not be empty'], 'headers[1].name': ['cannot be set'] };
  expect(refusalOf(new Problem(422, { errors }))).toMatchObject({
    fields: { name: ['must not be empty'], headers: ['cannot be set'] },
    opensAdvanced: true,
    general: 'Some fields need another value.',
  });
});

it('a reason without a place in the form stands above it', () => {
  const refusal = refusalOf(
    new Problem(422, { errors: { quota: ['must be at most 50 services'] } }),
  );
  expect(refusal).toMatchObject({
    general: 'quota must be at most 50 services.',
    opensAdvanced: false,
  });
});

it('without fields the problem’s own sentence is shown', () => {
  expect(refusalOf(new Problem(429, {}, 3)).general).toContain('Try again in 3 s');
});

it('a change that came too late is told apart, so that the newer version can be loaded', () => {
  expect(refusalOf(new Problem(412))).toMatchObject({ isOutdated: true });
  expect(refusalOf(new Problem(412)).general).toContain('changed meanwhile');
  expect(refusalOf(new Problem(409)).isOutdated).toBe(false);
});
