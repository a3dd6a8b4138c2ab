// @vitest-environment node
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');

/** The directives of a policy, however it is written down. */
const directives = (policy: string): string[] =>
  policy
    .replace(/\\\n\s*/g, ' ')
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .sort();

const found = (text: string, pattern: RegExp): string[] =>
  directives(pattern.exec(text)?.[1] ?? 'no policy found');

it('every server that serves the app sends the same strict Content-Security-Policy', async () => {
  const program = found(
    await read('../../crates/pulsecheck/src/web.rs'),
    /const POLICY: &str = "([^"]+)"/,
  );
  expect(program).toContain("default-src 'none'");
  expect(program).toContain("script-src 'self'");
  expect(program).toContain("style-src 'self'");
  expect(program.join()).not.toContain('unsafe');
  const nginx = found(
    await read('../nginx/headers.conf'),
    /add_header Content-Security-Policy "([^"]+)"/,
  );
  expect(nginx).toEqual(program);
  const fixtures = (await read('../e2e/fixture/server.mjs')).match(
    /"[a-z-]+-(?:src|uri|action|ancestors) [^"]+"/g,
  );
  expect(fixtures?.map((one) => one.slice(1, -1)).sort()).toEqual(program);
});
