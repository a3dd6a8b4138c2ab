/** What a tag publishes under which names, and what keeps a release back; gh, docker and helm are played. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pulsecheck-release-'));
after(() => rmSync(folder, { recursive: true }));
const notes = join(folder, 'notes');
mkdirSync(join(folder, 'bin'));
for (const [name, does] of [
  ['docker', ''], ['helm', 'cat "$2/values.yaml"'],
  ['gh', 'if [ "$1" = api ]; then for tag in $TAGS; do echo "refs/tags/$tag"; done; fi'],
]) {
  writeFileSync(join(folder, 'bin', name), `#!/usr/bin/env bash\necho "${name} $*" >>"$NOTES"\n${does}\n`, { mode: 0o755 });
}
const run = (program, args, settings = {}, cwd = root) => {
  writeFileSync(notes, '');
  const env = { ...process.env, PATH: `${folder}/bin:${process.env.PATH}`, NOTES: notes, GITHUB_REPOSITORY: 'Ann/PulseCheck', GITHUB_REPOSITORY_OWNER: 'Ann', ...settings };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  return { status, stdout, stderr, said: readFileSync(notes, 'utf8') };
};
/** The commands of a step of a workflow, run as the runner does. */
const step = (workflow, name, settings) => {
  const text = readFileSync(join(root, '.github/workflows', workflow), 'utf8');
  const [, commands] = new RegExp(`- name: ${name}[^]*?run: \\|\n((?: {10}.*\n)+)`).exec(text);
  const { status, stderr, said } = run('bash', ['-e', '-c', commands.replaceAll(/^ {10}/gm, '')], settings);
  assert.equal(status, 0, stderr);
  return said;
};

const images = (tag, tags) =>
  step('images.yml', 'One image of both architectures', { NAME: 'pulsecheck-api', GITHUB_REF_NAME: tag, GITHUB_SHA: '0123456789abcdef', TAGS: tags });
const release = (tag, tags) => step('release.yml', 'Make the release', { TAG: tag, TAGS: tags });

test('the highest version is the latest, and no other one', () => {
  for (const [tag, tags] of [['v0.1.0', 'v0.1.0'], ['v0.10.0', 'v0.10.0 v0.9.0'], ['v0.2.0', 'v0.1.0 v0.2.0 v0.3.0-rc.1']]) {
    assert.match(images(tag, tags), / --tag ghcr\.io\/ann\/pulsecheck-api:latest /, tag);
    assert.match(release(tag, tags), / --latest --notes-file /, tag);
  }
  for (const [tag, tags] of [['v0.1.1', 'v0.1.0 v0.1.1 v0.2.0'], ['v0.3.0-rc.1', 'v0.2.0 v0.3.0-rc.1'], ['v0.1.0-rc.1', 'v0.1.0-rc.1'], ['v0.9.0', 'v0.9.0 v0.10.0']]) {
    assert.doesNotMatch(images(tag, tags), /:latest/, tag);
    assert.match(release(tag, tags), / --latest=false --notes-file /, tag);
  }
});

test('what is not the last word is a pre-release', () => {
  assert.match(release('v0.3.0-rc.1', 'v0.3.0-rc.1'), / --prerelease /);
  assert.doesNotMatch(release('v0.1.1', 'v0.1.1 v0.2.0'), / --prerelease /);
});

test('images of both architectures get the version and the commit, in a name without capitals', () => {
  const said = images('v0.2.0', 'v0.2.0');
  for (const name of ['--tag ghcr.io/ann/pulsecheck-api:0.2.0', '--tag ghcr.io/ann/pulsecheck-api:0123456789ab', 'ghcr.io/ann/pulsecheck-api:0123456789abcdef-x86_64 ghcr.io/ann/pulsecheck-api:0123456789abcdef-aarch64']) {
    assert.ok(said.includes(` ${name}`), said);
  }
  const chart = run('scripts/package-chart', [], { HELM: 'helm' }).stdout;
  assert.match(chart, /^ {2}registry: ghcr\.io\/ann$/m);
  assert.match(chart, /^ {2}tag: ""$/m);
});

test('a tag is the version that everything says it has', () => {
  const parts = ['Cargo.toml', 'frontend/package.json', 'helm/pulsecheck/Chart.yaml', 'Dockerfile', 'frontend/Dockerfile'];
  for (const path of [...parts, 'scripts/tag-is-version', 'scripts/ensure/say.sh']) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
  const [, version] = /^version = "(.*)"$/m.exec(readFileSync(join(root, 'Cargo.toml'), 'utf8'));
  const check = (tag) => run(join(folder, 'scripts/tag-is-version'), [tag], {}, folder);
  assert.equal(check(`v${version}`).status, 0);
  assert.notEqual(check('v99.0.0').status, 0);
  for (const part of parts) {
    const text = readFileSync(join(root, part), 'utf8');
    // Also where it stands last in a file.
    const at = text.lastIndexOf(version, part === 'Cargo.toml' || part === 'frontend/package.json' ? text.indexOf(version) : undefined);
    writeFileSync(join(folder, part), `${text.slice(0, at)}98.0.0${text.slice(at + version.length)}`);
    assert.match(check(`v${version}`).stderr, new RegExp(`but ${part}\\S* says 98\\.0\\.0`));
    writeFileSync(join(folder, part), text);
  }
});

test('an upgrade is tried from every release that is named', () => {
  const dumps = join(folder, 'dumps');
  mkdirSync(dumps);
  writeFileSync(join(dumps, 'releases'), 'v0.1.0\nv0.2.0\n');
  writeFileSync(join(dumps, 'pulsecheck-0.1.0.dump.sql.gz'), '');
  const { status, stderr } = run('scripts/upgrade-test', [dumps], { DATABASE_URL: 'postgres://127.0.0.1:1/postgres', REDIS_URL: 'redis://127.0.0.1:1' });
  assert.equal(status, 1);
  assert.match(stderr, /There is no dump of the release v0\.2\.0/);
});
