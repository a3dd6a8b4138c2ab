// @vitest-environment node
/** What every file of the app keeps to. */
import { readdir, readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';

const src = new URL('../src/', import.meta.url);
let sources: { path: string; text: string }[] = [];

beforeAll(async () => {
  const paths = (await readdir(src, { recursive: true })).filter(
    (path) => /\.tsx?$/.test(path) && !path.includes('.test.'),
  );
  sources = await Promise.all(
    paths.sort().map(async (path) => ({ path, text: await readFile(new URL(path, src), 'utf8') })),
  );
  expect(sources.length).toBeGreaterThan(100);
});

const having = (pattern: RegExp): string[] =>
  sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

it('units are written in the catalogue of texts alone', () => {
  // A space that does not break joins a figure and its unit.
  const outside = having(/\\u00a0|\bunit(: |=)['"]/).filter(
    (path) => !path.startsWith('lib/text/'),
  );
  expect(outside).toEqual([]);
});

it('the language of the texts is named once', () => {
  expect(having(/'en(-[A-Z]{2})?'/)).toEqual(['lib/text/language.ts']);
});

it('there is one shadow, for what floats', () => {
  const shadows = sources.flatMap(({ text }) => text.match(/(?<![\w-])shadow-[\w[]+/g) ?? []);
  expect([...new Set(shadows)]).toEqual(['shadow-float']);
});
