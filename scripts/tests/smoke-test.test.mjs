/** What scripts/smoke-test says of a site, and for how long it asks. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const servers = [];
after(() => {
  for (const server of servers) server.close().closeAllConnections();
});
const works = { '/': '<div id="root"></div>', '/api/health': '{"status":"ok"}', '/api/auth/providers': '["local"]' };

/** A site that answers so; undefined is no answer at all. */
const site = async (answers) => {
  const server = createServer((asked, answer) => {
    const body = answers(asked.url);
    if (body !== undefined) answer.end(body);
  });
  servers.push(server);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}`;
};
/** How it ended, what it said, and after how many seconds. */
const smoke = (address, seconds) =>
  new Promise((resolve) => {
    const begin = Date.now();
    const run = spawn(fileURLToPath(new URL('../smoke-test', import.meta.url)), [address, `${seconds}`]);
    let said = '';
    run.stderr.on('data', (text) => (said += text));
    run.on('close', (status) => resolve({ status, said, took: (Date.now() - begin) / 1000 }));
  });

test('a site that answers as it should works', async () => {
  const address = await site((path) => works[path]);
  const { status, said } = await smoke(`${address}/`, 60);
  assert.deepEqual([status, said], [0, `${address} works\n`]);
});

test('a site that comes up meanwhile works', async () => {
  let asked = 0;
  const { status } = await smoke(await site((path) => ((asked += 1) > 1 ? works[path] : 'starting')), 60);
  assert.equal(status, 0);
});

test('what is wrong is said, and nobody waits for longer than was promised', async () => {
  const wrong = await smoke(await site((path) => (path === '/api/health' ? 'no' : works[path])), 1);
  assert.equal(wrong.status, 1);
  assert.match(wrong.said, /does not answer as it should\.\n.*\/api\/health answers without "ok"/);
  const silent = await smoke(await site(() => undefined), 2);
  assert.equal(silent.status, 1);
  assert.match(silent.said, /timed out/);
  assert.ok(wrong.took < 6 && silent.took < 7, `${wrong.took} s and ${silent.took} s`);
});
