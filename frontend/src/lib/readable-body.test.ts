import { expect, it } from 'vitest';
import { readableBody } from './readable-body';

it.each([
  ['application/json', '{"text":"Down"}', '{\n  "text": "Down"\n}'],
  ['application/json; charset=utf-8', '{"text":', '{"text":'],
  [
    'application/x-www-form-urlencoded',
    'To=%2B1415&Body=Shop+is+down',
    'To = +1415\nBody = Shop is down',
  ],
  ['text/plain', '{"text":"Down"}', '{"text":"Down"}'],
])('%s: %s', (contentType, body, shown) => {
  expect(readableBody(contentType, body)).toBe(shown);
});
