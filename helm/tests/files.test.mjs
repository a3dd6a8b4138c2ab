/** That what clusters and other charts are given can be read at all. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const { parseAllDocuments } = createRequire(`${process.env.CHECKERS}/package.json`)('yaml');
const root = fileURLToPath(new URL('../..', import.meta.url));
const below = (folder, wanted) =>
  readdirSync(`${root}${folder}`, { recursive: true }).filter((name) => wanted.test(name)).map((name) => `${folder}/${name}`);

test('objects for clusters and values for charts are YAML', () => {
  const files = [...below('k8s', /\.ya?ml$/), ...below('helm', /(^|\/)values[^/]*\.yaml$/)];
  assert.ok(files.length >= 12, files.join());
  for (const file of files) {
    const documents = parseAllDocuments(readFileSync(`${root}${file}`, 'utf8'));
    assert.ok(documents.length > 0, file);
    for (const document of documents) {
      assert.deepEqual([...document.errors, ...document.warnings].map(String), [], file);
      assert.equal(typeof document.toJS(), 'object', file);
    }
  }
});

test('values that stand in an object are YAML as well', () => {
  const [{ errors, contents }] = parseAllDocuments(readFileSync(`${root}k8s/traefik-config.yaml`, 'utf8'));
  assert.deepEqual(errors, []);
  const [{ errors: within }] = parseAllDocuments(contents.getIn(['spec', 'valuesContent']));
  assert.deepEqual(within, []);
});
