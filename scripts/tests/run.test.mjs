/** What `make run` hands to the program; what builds it and the program itself are played. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pulsecheck-run-'));
after(() => rmSync(folder, { recursive: true }));
for (const path of ['Makefile', 'helm/versions.mk', 'scripts/run', 'scripts/ensure/say.sh']) cpSync(join(root, path), join(folder, path));
for (const path of ['bin', 'target/release']) mkdirSync(join(folder, path), { recursive: true });
for (const [name, does] of [
  ['bin/cargo', ''], ['scripts/build-web', ''],
  ['target/release/pulsecheck', 'echo "$* LISTEN_ADDR=${LISTEN_ADDR-} PUBLIC_URL=${PUBLIC_URL-} SSH_CONNECTION=${SSH_CONNECTION-} make: ${MAKELEVEL:+yes}"'],
]) {
  writeFileSync(join(folder, name), `#!/usr/bin/env bash\n${does}\n`, { mode: 0o755 });
}

/** What the program was started with by `make run` and these words; what is to be installed is there already. */
const run = (words = [], settings = {}) => {
  const { MAKEFLAGS: _flags, MAKELEVEL: _level, LISTEN_ADDR: _address, PUBLIC_URL: _url, SSH_CONNECTION: _connection, CARGO_TARGET_DIR: _target, ...rest } = process.env;
  const PATH = `${folder}/bin:${process.env.PATH}`;
  const { status, stdout, stderr } = spawnSync('make', ['--no-print-directory', '-o', 'tools', 'run', `PATH=${PATH}`, ...words], { cwd: folder, env: { ...rest, ...settings }, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return { stdout: stdout.trim(), stderr };
};

test('a busy port is left to the program, which says what to type', async () => {
  const server = createServer();
  // Whoever has the port already does as well.
  await new Promise((resolve) => server.once('error', resolve).listen(8000, '127.0.0.1', resolve));
  const { stdout, stderr } = run();
  server.close();
  assert.equal(stdout, 'serve LISTEN_ADDR= PUBLIC_URL= SSH_CONNECTION= make: yes');
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
  assert.match(run([], { SSH_CONNECTION: connection }).stdout, / SSH_CONNECTION=198\.51\.100\.7 50000 203\.0\.113\.5 22 make: yes$/);
});
