/** Which commit a deployment takes its chart from: scripts/commit-of in a repository of its own. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = mkdtempSync(join(tmpdir(), 'pulsecheck-commit-of-'));
after(() => rmSync(folder, { recursive: true }));
const git = (...args) => {
  const { status, stdout, stderr } = spawnSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', ...args], { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout.trim();
};
const commitOf = (...args) => spawnSync(fileURLToPath(new URL('../commit-of', import.meta.url)), args, { cwd: folder, encoding: 'utf8' });

git('init', '--quiet', '--initial-branch', 'main');
git('commit', '--quiet', '--allow-empty', '--message', 'one');
git('tag', '--annotate', '--message', 'one', 'v0.1.0');
const one = git('rev-parse', 'HEAD');
git('checkout', '--quiet', '-b', 'work');
git('commit', '--quiet', '--allow-empty', '--message', 'two');
const two = git('rev-parse', 'HEAD');

test('a version is its tag’s commit, and twelve digits are a commit', () => {
  assert.equal(commitOf('0.1.0', 'main').stdout.trim(), one);
  assert.equal(commitOf(one.slice(0, 12), 'main').stdout.trim(), one);
});

test('what is on no branch of ours, does not exist or is no tag of images is refused', () => {
  for (const [args, words] of [
    [[two.slice(0, 12), 'main'], /is not part of main/], [['0.2.0'], /There is no 0\.2\.0/], [['0123456789ab'], /There is no/],
    [['main'], /neither a version/], [['--help'], /neither a version/], [['v0.1.0'], /neither a version/], [[''], /neither a version/],
  ]) {
    const { status, stdout, stderr } = commitOf(...args);
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, words);
  }
});
