import { expect, it } from 'vitest';
import { reasonSentence } from './reasons';

it.each([
  ['Name', 'must not be empty', 'Name must not be empty.'],
  ['Address', 'This address cannot be asked.', 'This address cannot be asked.'],
  ['Tags', 'must be at most 20!', 'Tags must be at most 20!'],
])('%s: %s → %s', (label, reason, sentence) => {
  expect(reasonSentence(label, reason)).toBe(sentence);
});
