// @vitest-environment node
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { wellKnown } from '../src/lib/well-known';

it('what the first dashboard offers is what the catalogue says', async () => {
  const path = new URL('../../crates/statuspage-parser/catalogue.json', import.meta.url);
  const catalogue = JSON.parse(await readFile(path, 'utf8')) as { name: string; status: string }[];
  const offered = wellKnown.map(({ name }) => catalogue.find((entry) => entry.name === name));
  expect(offered.map((entry) => ({ name: entry?.name, status_page: entry?.status }))).toEqual(
    wellKnown,
  );
});
