/** What `make tools`, `make run` and `make dev` bring and hand to the program; what builds it and the program itself are played. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pulsecheck-run-'));
after(() => rmSync(folder, { recursive: true }));
for (const path of ['Makefile', 'helm/versions.mk', 'scripts/run', 'scripts/dev', 'scripts/ensure/say.sh']) cpSync(join(root, path), join(folder, path));
for (const path of ['bin', 'crates', 'frontend/node_modules/.bin', 'target/debug', 'target/release']) mkdirSync(join(folder, path), { recursive: true });
const told = 'echo "$* LISTEN_ADDR=${LISTEN_ADDR-} PUBLIC_URL=${PUBLIC_URL-} SSH_CONNECTION=${SSH_CONNECTION-} by: ${STARTED_BY-}"';
for (const [name, does] of [
  ['bin/cargo', ''], ['scripts/build-web', ''], ['target/release/pulsecheck', told],
  // Ends as it is told, and once it has been started before in another way.
  ['target/debug/pulsecheck', `${told}; if [ -e again ]; then exit "$AGAIN"; fi; touch again; exit "$FIRST"`],
  ['frontend/node_modules/.bin/vite', 'exec sleep 600'],
  ...['compiler', 'rust', 'node', 'postgres'].map((name) => [`scripts/ensure/${name}`, `echo "${name}" >&2`]),
]) {
  writeFileSync(join(folder, name), `#!/usr/bin/env bash\n${does}\n`, { mode: 0o755 });
}

const ours = ['MAKEFLAGS', 'MAKELEVEL', 'STARTED_BY', 'LISTEN_ADDR', 'PUBLIC_URL', 'SSH_CONNECTION', 'CARGO_TARGET_DIR', 'DATABASE_URL', 'DATABASE_URL_FILE'];
const rest = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.includes(name)));
const PATH = `${folder}/bin:${process.env.PATH}`;
const make = (words, settings = {}) => {
  const { status, stdout, stderr } = spawnSync('make', ['--no-print-directory', ...words, `PATH=${PATH}`], { cwd: folder, env: { ...rest, ...settings }, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return { stdout: stdout.trim(), stderr };
};
/** What the program was started with by `make run` and these words; what is to be installed is there already. */
const run = (words = [], settings = {}) => make(['-o', 'tools', 'run', ...words], settings);

test('PostgreSQL’s programs are brought unless another database is named', () => {
  const brought = (words, settings) => make(['tools', ...words], settings).stderr.trim().split('\n');
  const others = ['compiler', 'rust', 'node'];
  assert.deepEqual(brought([]), [...others, 'postgres']);
  assert.deepEqual(brought([], { DATABASE_URL: '', DATABASE_URL_FILE: '' }), [...others, 'postgres']);
  for (const setting of ['DATABASE_URL', 'DATABASE_URL_FILE']) {
    assert.deepEqual(brought([], { [setting]: 'postgres://ann:p$5@db/a' }), others);
    assert.deepEqual(brought([`${setting}=/run/secrets/url`]), others);
  }
});

test('a busy port is left to the program, which says what to type', async () => {
  const server = createServer();
  // Whoever has the port already does as well.
  await new Promise((resolve) => server.once('error', resolve).listen(8000, '127.0.0.1', resolve));
  const { stdout, stderr } = run();
  server.close();
  assert.equal(stdout, 'serve LISTEN_ADDR= PUBLIC_URL= SSH_CONNECTION= by: make run');
  assert.doesNotMatch(stderr, /800[01]/);
});

test('the lines that the program shows reach it, before make and behind it', () => {
  const address = { LISTEN_ADDR: '127.0.0.1:8001' };
  assert.match(run(['LISTEN_ADDR=127.0.0.1:8001']).stdout, /^serve LISTEN_ADDR=127\.0\.0\.1:8001 /);
  assert.match(run([], address).stdout, /^serve LISTEN_ADDR=127\.0\.0\.1:8001 /);
  const everybody = run(['LISTEN_ADDR=0.0.0.0:8000', 'PUBLIC_URL=http://203.0.113.5:8000']).stdout;
  assert.match(everybody, / LISTEN_ADDR=0\.0\.0\.0:8000 PUBLIC_URL=http:\/\/203\.0\.113\.5:8000 /);
});

test('the program hears that somebody came by ssh', () => {
  const connection = '198.51.100.7 50000 203.0.113.5 22';
  assert.match(run([], { SSH_CONNECTION: connection }).stdout, / SSH_CONNECTION=198\.51\.100\.7 50000 203\.0\.113\.5 22 by: make run$/);
});

/** What scripts/dev says and ends with, as make starts it with a program that ends with these codes. */
const dev = async (codes, onSaid = () => {}) => {
  rmSync(join(folder, 'again'), { force: true });
  const child = spawn('scripts/dev', { cwd: folder, env: { ...rest, PATH, MAKELEVEL: '1', ...codes }, timeout: 60_000 });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
      onSaid(text, child);
    });
  }
  // Not until its streams are closed: what it left behind would hold them.
  const status = await new Promise((resolve) => child.once('close', resolve));
  return { status, said };
};

test('make dev ends with the code of a program that refuses to start', async () => {
  const { status, said } = await dev({ FIRST: '3' });
  assert.equal(status, 3, said);
  assert.match(said, /by: make dev/);
});

test('a program that fails after a change is started again by the next one', async () => {
  const { status, said } = await dev({ FIRST: '0', AGAIN: '4' }, (text, child) => {
    if (text.includes('ended (0)')) writeFileSync(join(folder, 'crates/changed.rs'), '');
    if (text.includes('ended (4); the next change starts it again')) child.kill();
  });
  assert.equal(status, 130, said);
  assert.equal(said.match(/by: make dev/g).length, 2, said);
});
