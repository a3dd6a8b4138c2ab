/** Runs nginx (the one that NGINX_PROGRAM names) with our configuration before a played API: scripts/test site. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';

const file = (name) => readFile(new URL(name, import.meta.url), 'utf8');
const folders = [];
const running = [];
after(async () => {
  for (const stop of running) await stop();
  for (const folder of folders) await rm(folder, { recursive: true });
});

const listening = async (server) => {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
};

/** An API that says what it was asked, and a stream that says one thing and stays open. */
const api = async () => {
  const server = createServer((asked, answer) => {
    if (asked.url.startsWith('/api/events')) {
      answer.writeHead(200, { 'Content-Type': 'text/event-stream' });
      answer.write('data: first\n\n');
    } else {
      answer.end(JSON.stringify({ url: asked.url, headers: asked.headers }));
    }
  });
  const port = await listening(server);
  running.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${port}`;
};

/** A name server that knows one name, as 127.0.0.1, and counts how often it is asked for it. */
const names = async (known) => {
  const server = createSocket('udp4');
  const asked = { count: 0 };
  server.on('message', (question, from) => {
    let name = '';
    let at = 12;
    for (; question[at] !== 0; at += question[at] + 1) {
      name += `${question.toString('latin1', at + 1, at + 1 + question[at])}.`;
    }
    const answers = name === `${known}.` ? 1 : 0;
    asked.count += answers;
    const head = Buffer.from([
      ...question.subarray(0, 2),
      0x81,
      answers ? 0x80 : 0x83,
      0,
      1,
      0,
      answers,
      0,
      0,
      0,
      0,
    ]);
    const answer = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1];
    const body = [head, question.subarray(12, at + 5), Buffer.from(answers ? answer : [])];
    server.send(Buffer.concat(body), from.port, from.address);
  });
  await new Promise((resolve) => server.bind(0, '127.0.0.1', resolve));
  running.push(() => new Promise((resolve) => server.close(resolve)));
  return { address: `127.0.0.1:${server.address().port}`, asked };
};

/** Settings outside the template, as the image gives them on the command line. */
const settingsOfTheImage = async () =>
  /^CMD \["nginx", "-g", "(.*)"\]$/m.exec(await file('../Dockerfile'))[1];

/** nginx with our template filled in as its image does at the start; gives the process and its port. */
const started = async (settings, processes = 'master_process off;') => {
  const folder = await mkdtemp(join(tmpdir(), 'pulsecheck-site-'));
  folders.push(folder);
  const free = createServer();
  const port = await listening(free);
  await new Promise((resolve) => free.close(resolve));
  const values = { NGINX_LOCAL_RESOLVERS: '127.0.0.1', ...settings };
  const filled = (await file('default.conf.template'))
    .replace(/\$\{([A-Z_]+)\}/g, (whole, name) => values[name] ?? whole)
    .replace('listen 8080;', `listen 127.0.0.1:${port};`)
    .replaceAll('/etc/nginx/headers.conf', `${folder}/headers.conf`)
    .replaceAll('/usr/share/nginx/html', `${folder}/html`);
  await mkdir(join(folder, 'html'));
  await writeFile(join(folder, 'html/index.html'), '<div id="root"></div>');
  await writeFile(join(folder, 'headers.conf'), await file('headers.conf'));
  await writeFile(join(folder, 'site.conf'), filled);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const main = `pid ${folder}/pid; ${processes} error_log stderr;
    events { worker_connections 64; }
    http { access_log off; ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')} include ${folder}/site.conf; }`;
  await writeFile(join(folder, 'nginx.conf'), main);
  const nginx = spawn(process.env.NGINX_PROGRAM, [
    '-p',
    folder,
    '-e',
    'stderr',
    '-c',
    `${folder}/nginx.conf`,
    '-g',
    await settingsOfTheImage(),
  ]);
  let said = '';
  nginx.stderr.on('data', (text) => {
    said += text;
  });
  const ended = new Promise((resolve) => nginx.on('close', resolve));
  running.push(() => {
    nginx.kill('SIGTERM');
    return ended;
  });
  for (;;) {
    if (nginx.exitCode !== null) throw new Error(said);
    const there = await ask(port, '/health').catch(() => undefined);
    if (there) return { nginx, ended, port };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
const site = async (settings) => (await started(settings)).port;

/** The answer with what came of its body first; a stream is not waited for. */
const ask = (port, path, headers = {}) =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, agent: false }, (answer) => {
      answer.once('data', (body) => {
        resolve({ status: answer.statusCode, headers: answer.headers, body: String(body) });
        asked.destroy();
      });
    });
    asked.on('error', reject);
    asked.end();
  });

test('live events come through as they are said', async () => {
  const port = await site({ API_ORIGIN: await api(), PUBLIC_URL: '' });
  const { status, headers, body } = await ask(port, '/api/events');
  assert.equal(status, 200);
  assert.match(headers['content-type'], /^text\/event-stream/);
  assert.equal(body, 'data: first\n\n');
});

test('a stop does not wait for event streams', async () => {
  const settings = { API_ORIGIN: await api(), PUBLIC_URL: '' };
  // As in the image, where a process above the one that answers is told to stop.
  const { nginx, ended, port } = await started(settings, 'worker_processes 1;');
  const stream = request({ host: '127.0.0.1', port, path: '/api/events', agent: false });
  const cut = new Promise((resolve) => {
    stream.on('error', resolve);
    stream.on('response', (answer) => {
      answer
        .on('error', resolve)
        .on('close', resolve)
        .once('data', () => nginx.kill('SIGQUIT'));
    });
  });
  stream.end();
  const begin = Date.now();
  await Promise.all([cut, ended]);
  assert.equal(nginx.exitCode, 0);
  assert.ok(Date.now() - begin < 9_000, 'compose waits for ten seconds before it kills');
});

test('the API is found by its name, for events as for everything else, and not only at the start', async () => {
  const { port: there } = new URL(await api());
  for (const path of ['/api/services', '/api/events']) {
    const { address, asked } = await names('api.example');
    const settings = {
      API_ORIGIN: `http://api.example:${there}`,
      PUBLIC_URL: '',
      NGINX_LOCAL_RESOLVERS: address,
    };
    const port = await site(settings);
    assert.equal(asked.count, 0, 'an API that is not there yet does not keep nginx from starting');
    assert.equal((await ask(port, path)).status, 200);
    assert.equal(asked.count, 1);
  }
});

test('what the API is asked is what the caller asked, by the name that the caller used', async () => {
  const port = await site({ API_ORIGIN: await api(), PUBLIC_URL: '' });
  const asked = async (path, headers) => JSON.parse((await ask(port, path, headers)).body);
  const plain = await asked('/api/services?page=2', { Host: 'status.example:81' });
  assert.equal(plain.url, '/api/services?page=2');
  assert.equal(plain.headers.host, 'status.example:81');
  assert.equal(plain.headers['x-forwarded-proto'], 'http');
  assert.equal(plain.headers['x-forwarded-for'], '127.0.0.1');
  const passed = await asked('/api/services', {
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-For': '192.0.2.7',
  });
  assert.equal(passed.headers['x-forwarded-proto'], 'https');
  assert.equal(passed.headers['x-forwarded-for'], '192.0.2.7, 127.0.0.1');
});

test('browsers are told to stay with https where the installation is opened by https, and only there', async () => {
  const API_ORIGIN = await api();
  for (const [PUBLIC_URL, told] of [
    ['https://status.example', 'max-age=31536000'],
    ['HTTPS://status.example', 'max-age=31536000'],
    ['http://status.example', undefined],
    ['', undefined],
  ]) {
    const port = await site({ API_ORIGIN, PUBLIC_URL });
    for (const path of ['/', '/services/1']) {
      const { headers } = await ask(port, path);
      assert.equal(headers['strict-transport-security'], told, PUBLIC_URL);
      assert.match(headers['content-security-policy'], /default-src 'none'/);
    }
  }
});

test('the opener policy is sent where a browser heeds it, as the program does', async () => {
  const port = await site({ API_ORIGIN: await api(), PUBLIC_URL: 'https://status.example:8443/' });
  for (const [headers, sent] of [
    [{ Host: 'localhost:3000' }, true],
    [{ Host: 'pulsecheck.localhost' }, true],
    [{ Host: '127.0.0.1:8080' }, true],
    [{ Host: '[::1]:8080' }, true],
    [{ Host: 'status.example:8443' }, true],
    [{ Host: 'anything.lan', 'X-Forwarded-Proto': 'https' }, true],
    [{ Host: 'status.example' }, false],
    [{ Host: 'nas.lan:3000' }, false],
    [{ Host: 'notlocalhost' }, false],
    [{ Host: 'localhost.example' }, false],
  ]) {
    const answer = await ask(port, '/', headers);
    const expected = sent ? 'same-origin' : undefined;
    assert.equal(answer.headers['cross-origin-opener-policy'], expected, JSON.stringify(headers));
  }
});
