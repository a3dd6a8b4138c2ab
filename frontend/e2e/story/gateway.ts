/** The web app's own server of a distributed installation: the built files, and /api handed on to the API. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './ports';
import type { Stage } from './stage';

const files = fileURLToPath(new URL('../../dist/', import.meta.url));
const kinds: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: https:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Starts it in front of the API; returns the address that people open. */
export async function openGateway(stage: Stage, api: number): Promise<string> {
  const port = await freePort();
  const server = createServer((asked, answer) => {
    if (asked.url?.startsWith('/api/')) handOn(asked, answer, api);
    else void sendFile(asked.url ?? '/', answer);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  stage.onEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://localhost:${port}`;
}

function handOn(asked: IncomingMessage, answer: ServerResponse, port: number): void {
  const onward = request({
    host: '127.0.0.1',
    port,
    method: asked.method,
    path: asked.url,
    headers: {
      ...asked.headers,
      'x-forwarded-for': asked.socket.remoteAddress,
      'x-forwarded-host': asked.headers.host,
      'x-forwarded-proto': 'http',
    },
  });
  onward.on('response', (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answer);
    response.on('error', () => answer.destroy());
  });
  onward.on('error', () => {
    if (answer.headersSent) answer.destroy();
    else answer.writeHead(502).end();
  });
  answer.on('close', () => onward.destroy());
  asked.pipe(onward);
}

async function sendFile(url: string, answer: ServerResponse): Promise<void> {
  const path = normalize(decodeURIComponent(url.split('?')[0] ?? '/'));
  const name = extname(path) === '' ? 'index.html' : path;
  try {
    const body = await readFile(join(files, name));
    answer.writeHead(200, {
      'content-type': kinds[extname(name)] ?? 'application/octet-stream',
      'content-security-policy': policy,
    });
    answer.end(body);
  } catch {
    answer.writeHead(404).end();
  }
}
