/** What a first visit loads of the built app: the entry and everything that it imports statically, compressed. Fails above the limit. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const MOST_BYTES = 180_000;
const dist = process.argv[2] ?? fileURLToPath(new URL('../dist', import.meta.url));

const html = readFileSync(join(dist, 'index.html'), 'utf8');
const loaded = new Map();

/** Takes in a script and what it imports; `import(…)` is for later and does not count. */
function load(path) {
  if (loaded.has(path)) return;
  const text = readFileSync(path);
  loaded.set(path, gzipSync(text).length);
  for (const [, name] of text
    .toString()
    .matchAll(/(?:\bfrom|\bimport)\s*["'](\.[^"']+\.js)["']/g)) {
    const file = join(dirname(path), name);
    if (existsSync(file)) load(file);
  }
}

for (const [, src] of html.matchAll(/<(?:script|link)\b[^>]*(?:src|href)="\/([^"]+\.js)"/g)) {
  load(join(dist, src));
}
const bytes = [...loaded.values()].reduce((sum, size) => sum + size, 0);
const said = `${loaded.size} scripts, ${bytes} bytes compressed, of at most ${MOST_BYTES}`;
if (loaded.size === 0) throw new Error(`${dist}/index.html loads no script`);
process.stdout.write(`${said}\n`);
if (bytes > MOST_BYTES) {
  const lines = [...loaded].map(([path, size]) => `  ${size}  ${path}\n`);
  process.stderr.write(`A first visit loads too much: ${said}\n${lines.join('')}`);
  process.exitCode = 1;
}
