/** That scripts/images/renew leaves the time of what is the same, by which cargo decides what it compiles. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../images/renew', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pulsecheck-renew-'));
after(() => rmSync(folder, { recursive: true }));
const [from, to] = ['from', 'to'].map((name) => join(folder, name));
const LONG_AGO = new Date('2020-01-01');

const write = (file, text) => {
  mkdirSync(join(from, file, '..'), { recursive: true });
  writeFileSync(join(from, file), text);
  utimesSync(join(from, file), LONG_AGO, LONG_AGO);
};
const renew = () => assert.equal(spawnSync(script, [from, to]).status, 0);
const isNew = (file) => statSync(join(to, file)).mtime > LONG_AGO;

test('what changed gets the time of now, and what is the same keeps its own', () => {
  write('a/same file.rs', '1');
  write('a/changed.rs', '1');
  renew();
  for (const file of ['a/same file.rs', 'a/changed.rs']) utimesSync(join(to, file), LONG_AGO, LONG_AGO);
  // Another clone may hold an older file of another content.
  write('a/changed.rs', '2');
  renew();
  assert.deepEqual([isNew('a/same file.rs'), isNew('a/changed.rs')], [false, true]);
  assert.equal(readFileSync(join(to, 'a/changed.rs'), 'utf8'), '2');
});

test('what is gone goes, with folders that would be left empty, and may come back as something else', () => {
  write('b/one/Cargo.toml', '1');
  renew();
  renameSync(join(from, 'b/one'), join(from, 'b/two'));
  write('b/one', 'a file');
  renew();
  assert.equal(readFileSync(join(to, 'b/one'), 'utf8'), 'a file');
  assert.equal(existsSync(join(to, 'b/two/Cargo.toml')), true);
});
