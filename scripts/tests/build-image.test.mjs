/** How scripts/build-image asks Docker for an image; docker is played. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pulsecheck-build-image-'));
after(() => rmSync(folder, { recursive: true }));
const notes = join(folder, 'notes');
writeFileSync(join(folder, 'docker'), `#!/usr/bin/env bash
case "$*" in
  "buildx version") [ -n "$DRIVER" ] ;;
  "buildx inspect") printf 'Name: x\\nDriver: %s\\n' "$DRIVER" ;;
  info*) echo "[[driver-type $STORE]]" ;;
  *) echo "docker $*" >>"$NOTES" ;;
esac
`, { mode: 0o755 });

/** What was asked of Docker, with a driver of buildx ("" where that is missing) and a store of images. */
const build = (driver, options = [], { store = 'overlay2', profile = '', part = 'api' } = {}) => {
  writeFileSync(notes, '');
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, NOTES: notes, DRIVER: driver, STORE: store, PROFILE: profile };
  const { status, stderr } = spawnSync('scripts/build-image', [part, 'a/api:1', ...options], { cwd: root, env, encoding: 'utf8' });
  return { status, stderr, asked: readFileSync(notes, 'utf8').trim() };
};
const several = ['--platform', 'linux/amd64,linux/arm64', '--provenance', 'true', '--sbom', 'true', '--push'];

test('an image for this machine ends up in its engine, with buildx and without', () => {
  for (const driver of ['docker', 'docker-container']) {
    assert.match(build(driver).asked, /^docker buildx build --load --target prod --build-arg PROGRAM=api --build-arg PROFILE=release --tag a\/api:1 /);
  }
  const web = { part: 'frontend' };
  assert.match(build('', [], web).asked, /^docker build --target prod /);
  assert.match(build('', ['--provenance', 'false', '--sbom=false', '--platform', 'linux/arm64'], web).asked, /^docker build /);
});

test('programs are built as they are published unless they are to be quick', () => {
  assert.match(build('docker').asked, /--build-arg PROFILE=release /);
  assert.match(build('docker', [], { profile: 'quick' }).asked, /--build-arg PROFILE=quick /);
});

test('several platforms and what is told about an image go to the registry', () => {
  const { asked } = build('docker-container', several);
  assert.match(asked, /^docker buildx build --target prod .* --platform linux\/amd64,linux\/arm64 .*--push \.$/);
  assert.doesNotMatch(asked, /--load/);
  assert.match(build('docker', several, { store: 'io.containerd.snapshotter.v1' }).asked, /^docker buildx build /);
  assert.match(build('docker', ['--push']).asked, /^docker buildx build --target/);
});

test('what this Docker cannot do is said before anything is built', () => {
  for (const [driver, options, words] of [
    ['docker', several, /docker buildx create --use/], ['docker', ['--sbom=true'], /docker buildx create --use/],
    ['docker', ['--provenance', 'mode=max'], /docker buildx create --use/], ['', several, /need buildx/], ['', ['--push'], /need buildx/],
    ['', [], /comes with buildx/],
  ]) {
    const { status, stderr, asked } = build(driver, options);
    assert.deepEqual([status, asked], [1, ''], `${driver} ${options}`);
    assert.match(stderr, words);
  }
});
