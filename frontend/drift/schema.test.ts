// @vitest-environment node
import { readFile } from 'node:fs/promises';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { expect, it } from 'vitest';

const here = (path: string) => new URL(path, import.meta.url);

it('schema.gen.ts is what docs/openapi.json gives (else run `npm run openapi`)', async () => {
  const generated = COMMENT_HEADER + astToString(await openapiTS(here('../../docs/openapi.json')));
  expect(await readFile(here('../src/api/schema.gen.ts'), 'utf8')).toBe(generated);
});
