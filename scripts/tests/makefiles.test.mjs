/** What the targets of Makefile and Makefile.prod do to which cluster; kubectl, helm, kind, k3d and docker are played. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, beforeEach } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pulsecheck-makefiles-'));
after(() => rmSync(folder, { recursive: true }));
const notes = join(folder, 'notes');
mkdirSync(join(folder, 'bin'));
for (const name of ['kubectl', 'helm', 'kind', 'k3d', 'docker']) {
  // What is piped in is read to its end: whoever sends it would die of the closed pipe, now and then.
  const does = name === 'kubectl' ? 'case "$*" in *current-context*) echo "$CONTEXT_NAME" ;; *"-f -") cat >/dev/null ;; esac' : '';
  writeFileSync(join(folder, 'bin', name), `#!/usr/bin/env bash\necho "\${KUBECONFIG-none} ${name} $*" >>"$NOTES"\n${does}\n`, { mode: 0o755 });
}
beforeEach(() => writeFileSync(notes, ''));

const production = join(folder, 'production.yaml');
/** Runs a target; `said` are the calls of the played programs, each behind the KUBECONFIG that it saw. */
const make = (args, context = 'default') => {
  const { MAKEFLAGS: _flags, MAKELEVEL: _level, ...rest } = process.env;
  const env = { ...rest, PATH: `${folder}/bin:${process.env.PATH}`, HOME: folder, NOTES: notes, CONTEXT_NAME: context, KUBECONFIG: production };
  const { status, stderr } = spawnSync('make', ['--no-print-directory', ...args], { cwd: root, env, encoding: 'utf8' });
  return { status, stderr, said: readFileSync(notes, 'utf8').trim().split('\n') };
};
const prod = ['-f', 'Makefile.prod', 'HOST=status.example.com', 'TAG=1234e5678901'];
const upgrade = ({ said }) => said.find((line) => line.includes(' helm upgrade '));

test('clusters of this machine are asked through a file of their own, whatever KUBECONFIG says', () => {
  const kind = `${folder}/.kube/pulsecheck-kind.yaml`;
  const k3d = `${folder}/.kube/pulsecheck-k3d.yaml`;
  for (const [args, own] of [
    [['cluster-down'], kind], [['metrics-server'], kind], [['cluster-down', `KUBECONFIG=${production}`], kind],
    [['-f', 'Makefile.prod', 'local-prod-down'], k3d], [['-f', 'Makefile.prod', 'local-prod-down', `KUBECONFIG=${production}`], k3d],
  ]) {
    writeFileSync(notes, '');
    const { status, said, stderr } = make(args);
    assert.equal(status, 0, stderr);
    assert.ok(said.length > 0 && said.every((line) => line.startsWith(`${own} `)), `${args}: ${said}`);
  }
});

test('a cluster of this machine is not deployed to as production', () => {
  for (const context of ['kind-pulsecheck', 'k3d-pulsecheck-local']) {
    for (const target of ['deploy-prod', 'rollback-prod', 'bootstrap-prod']) {
      writeFileSync(notes, '');
      const { status, stderr, said } = make([...prod, target, 'ACME_EMAIL=ann@example.com'], context);
      assert.notEqual(status, 0);
      assert.match(stderr, /a cluster of this machine, not production/);
      assert.ok(!said.some((line) => line.includes(' helm ')), said.join('\n'));
    }
  }
});

test('a deployment gives the tag as text, and the values of its ingress', () => {
  const traefik = make([...prod, 'deploy-prod']);
  assert.equal(traefik.status, 0, traefik.stderr);
  assert.ok(upgrade(traefik).startsWith(`${production} helm upgrade --install pulsecheck `));
  assert.match(upgrade(traefik), / --set-string image\.tag=1234e5678901 /);
  assert.doesNotMatch(upgrade(traefik), /values-ingress-nginx/);
  writeFileSync(notes, '');
  assert.match(upgrade(make([...prod, 'deploy-prod', 'INGRESS=nginx'])), / --values helm\/pulsecheck\/values-ingress-nginx\.yaml /);
});

test('charts of others come in the version that was chosen', () => {
  const charts = ({ status, stderr, said }) => {
    assert.equal(status, 0, stderr);
    return said.filter((line) => line.includes(' --repo ')).map((line) => line.replace(/^.* helm (--kube-context \S+ )?upgrade --install /, ''));
  };
  const [server] = charts(make(['metrics-server']));
  assert.match(server, /^metrics-server .* --version \d+\.\d+\.\d+ /);
  writeFileSync(notes, '');
  const [nginx, manager, ...others] = charts(make([...prod, 'bootstrap-prod', 'INGRESS=nginx', 'ACME_EMAIL=ann@example.com']));
  assert.match(nginx, /^ingress-nginx .* --version 4\.\d+\.\d+ /);
  assert.match(manager, /^cert-manager .* --version v\d+\.\d+\.\d+ /);
  assert.deepEqual(others, []);
});

test('another release name names other objects', () => {
  const { said } = make([...prod, 'status', 'RELEASE=watch']);
  assert.ok(said.some((line) => line.includes('exec deploy/watch-pulsecheck-api')), said.join('\n'));
});
