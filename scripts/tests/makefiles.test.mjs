/** What the targets of Makefile and Makefile.prod do to which cluster; kubectl, helm, kind, k3d and docker are played. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, beforeEach } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pulsecheck-makefiles-'));
after(() => rmSync(folder, { recursive: true }));
const notes = join(folder, 'notes');
mkdirSync(join(folder, 'bin'));
const played = {
  // What is piped in is read to its end: whoever sends it would die of the closed pipe, now and then.
  kubectl: 'case "$*" in *current-context*) echo "$CONTEXT_NAME" ;; *"-f -") cat >/dev/null ;; *"get pods,"*) [ -z "$STATUS_FAILS" ] ;; esac',
  helm: 'case "$*" in history*) printf "%b" "$HISTORY" ;; esac',
  kind: '', docker: '',
  k3d: 'case "$*" in "cluster list"*) [ -n "$CLUSTER_IS_THERE" ] ;; esac',
};
for (const [name, does] of Object.entries(played)) {
  writeFileSync(join(folder, 'bin', name), `#!/usr/bin/env bash\necho "\${KUBECONFIG-none} ${name} $*" >>"$NOTES"\n${does}\n`, { mode: 0o755 });
}
beforeEach(() => writeFileSync(notes, ''));

const production = join(folder, 'production.yaml');
/** Runs a target; `said` are the calls of the played programs, each behind the KUBECONFIG that it saw. */
const make = (args, context = 'default', settings = {}) => {
  const { MAKEFLAGS: _flags, MAKELEVEL: _level, ...rest } = process.env;
  const env = { ...rest, PATH: `${folder}/bin:${process.env.PATH}`, HOME: folder, NOTES: notes, CONTEXT_NAME: context, KUBECONFIG: production, ...settings };
  const { status, stdout, stderr } = spawnSync('make', ['--no-print-directory', ...args], { cwd: root, env, encoding: 'utf8' });
  return { status, stdout, stderr, said: readFileSync(notes, 'utf8').trim().split('\n') };
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

test('a deployment says first what goes where, and whose certificates only when it is told', () => {
  const { stdout, said } = make(['-f', 'Makefile.prod', 'deploy-prod', 'TAG=0.2.0'], 'default', { HOST: 'status.example.com' });
  assert.ok(stdout.indexOf('0.2.0 from ghcr.io/pulsecheck as https://status.example.com, release pulsecheck') < stdout.indexOf('helm upgrade'), stdout);
  assert.doesNotMatch(upgrade({ said }), /cluster-issuer/);
  writeFileSync(notes, '');
  assert.match(upgrade(make([...prod, 'deploy-prod', 'ISSUER=letsencrypt-staging'])), /annotations\.cert-manager\\\.io\/cluster-issuer=letsencrypt-staging /);
});

test('a deployment that went well is one, whatever the look at it afterwards says', () => {
  const { status, said } = make([...prod, 'deploy-prod'], 'default', { STATUS_FAILS: 'yes' });
  assert.equal(status, 0);
  assert.ok(said.some((line) => line.includes('get pods,')));
});

test('a rollback goes to the release that ran before, not to one that failed', () => {
  const history = (...releases) => releases.map((release) => release.split(': ')).map(([status, words = 'Upgrade complete'], index) => `${index + 1}       \\tMon Nov 23 10:00:00 2026\\t${status.padEnd(10)}\\tpulsecheck-0.1.0\\t0.1.0\\t${words.padEnd(20)}\\n`).join('');
  const back = (...releases) => {
    writeFileSync(notes, '');
    const HISTORY = `REVISION\\tUPDATED\\tSTATUS\\tCHART\\tAPP VERSION\\tDESCRIPTION\\n${history(...releases)}`;
    const { status, stderr, said } = make([...prod, 'rollback-prod'], 'default', { HISTORY });
    return { status, stderr, revision: said.map((line) => / helm rollback pulsecheck (\S+) /.exec(line)?.[1]).find(Boolean) };
  };
  assert.equal(back('superseded', 'superseded', 'deployed').revision, '2');
  assert.equal(back('superseded', 'failed', 'deployed').revision, '1');
  assert.equal(back(...Array(10).fill('superseded'), 'failed', 'failed', 'deployed').revision, '10');
  // What was taken back by itself already runs.
  assert.equal(back('superseded', 'superseded', 'failed', 'deployed: Rollback to 2').revision, '1');
  assert.equal(back('superseded', 'superseded', 'superseded', 'deployed: Rollback to 2').revision, '1');
  const { status, stderr, revision } = back('deployed');
  assert.deepEqual([status === 0, revision], [false, undefined]);
  assert.match(stderr, /No release of pulsecheck ran before/);
  writeFileSync(notes, '');
  assert.ok(make([...prod, 'rollback-prod', 'REVISION=4']).said.some((line) => line.includes('helm rollback pulsecheck 4 ')));
});

test('k3d’s cluster is made once, and what failed afterwards is done again', () => {
  const HOME = join(folder, 'a home');
  const kubeconfig = `${HOME}/.kube/pulsecheck-k3d.yaml`;
  const again = make(['-f', 'Makefile.prod', 'local-prod-up', 'TAG=test'], 'default', { HOME, CLUSTER_IS_THERE: 'yes' });
  assert.equal(again.status, 0, again.stderr);
  assert.ok(again.said.every((line) => line.startsWith(`${kubeconfig} `)), again.said.join('\n'));
  const calls = again.said.map((line) => line.slice(kubeconfig.length + 1));
  assert.ok(!calls.some((line) => line.startsWith('k3d cluster create')));
  assert.ok(calls.includes('k3d cluster start pulsecheck-local') && calls.some((line) => line.includes('apply -f k8s/traefik-config.yaml')));
  assert.ok(calls.some((line) => line.includes('upgrade --install pulsecheck')));
  assert.ok(existsSync(kubeconfig));
  assert.equal(make(['-f', 'Makefile.prod', 'local-prod-down'], 'default', { HOME }).status, 0);
  assert.ok(!existsSync(kubeconfig));
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
