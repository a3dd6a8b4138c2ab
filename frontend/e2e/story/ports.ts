/** Ports that nobody uses, below those that the system gives to outgoing connections. */
import { createServer } from 'node:net';

/** Every process of the tests draws from ports of its own. */
const PROCESSES = 8;
const COUNT = 12_000 / PROCESSES;
const FIRST = 20_000 + (Number(process.env.TEST_PARALLEL_INDEX ?? 0) % PROCESSES) * COUNT;
const given = new Set<number>();

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error('no free port was found');
}
