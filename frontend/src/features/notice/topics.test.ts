import { expect, it } from 'vitest';
import { isDeaf, tellable, tellTrouble } from './topics';

it('recoveries are told of outages and of degradations, and of nothing else', () => {
  for (const trouble of ['down', 'degraded']) {
    expect(tellTrouble([trouble])).toBe(true);
    expect(tellable(['recovered', trouble])).toEqual(['recovered', trouble]);
  }
  expect(tellTrouble(['unknown', 'recovered'])).toBe(false);
  expect(tellable(['unknown', 'recovered'])).toEqual(['unknown']);
});

it('only a rule of nothing but recoveries is deaf', () => {
  expect(isDeaf(['recovered'])).toBe(true);
  expect(isDeaf(['recovered', 'certificate'])).toBe(false);
  expect(isDeaf(['recovered', 'down'])).toBe(false);
  // It was meant to hear nothing, and its sentence says so.
  expect(isDeaf([])).toBe(false);
});
