/** Backups and restores of the compose stack and of the cluster, against the database at DATABASE_URL: scripts/test restore. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, beforeEach } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pulsecheck-restore-'));
after(() => rmSync(folder, { recursive: true }));
const { hostname, port } = new URL(process.env.DATABASE_URL);

/** Programs that note what they are asked and do in this machine's database what they would do in a container. */
const played = {
  docker: `case "$*" in
  info) ;;
  "compose ps --quiet"*) echo id ;;
  "compose ps --services"*) printf '%s\\n' postgres redis $RAN ;;
  "compose exec -T postgres cat "*-previous) echo "$PREVIOUS_KEY" ;;
  "compose exec -T postgres cat "*) echo key-of-the-backup ;;
  "compose exec -T postgres "*) shift 4 && exec "$@" ;;
  "compose run "*) echo "key: $SECRET_KEY, before: $SECRET_KEY_PREVIOUS" >>"$NOTES" ;;
  inspect*) echo healthy ;;
esac`,
  kubectl: `case "$*" in
  *"exec --stdin"*) while [ "$1" != -- ]; do shift; done; shift && exec "$@" ;;
  *".spec.replicas"*) case "$*" in *-api*) echo 3 ;; *) echo 2 ;; esac ;;
  *"jsonpath={.data.SECRET_KEY}"*) echo "$CLUSTER_KEYS" ;;
  *SECRET_KEY*) echo mine ;;
  *"-api --replicas=3") [ "$API_SCALES" = yes ] ;;
  *"get statefulset"*) [ "$OWN_POSTGRES" = yes ] ;;
  *"get secret"*) cat "$SECRET" ;;
esac`,
};
mkdirSync(join(folder, 'bin'));
for (const [name, does] of Object.entries(played)) {
  writeFileSync(join(folder, 'bin', name), `#!/usr/bin/env bash\necho "${name} $*" >>"$NOTES"\n${does}\n`, { mode: 0o755 });
}

/** A Secret as kubectl prints it, and what of it another cluster takes. */
const encoded = (key) => Buffer.from(key).toString('base64');
const data = `apiVersion: v1
data:
  DATABASE_URL: ${encoded('postgres://…')}
  SECRET_KEY: ${encoded('key')}
  SECRET_KEY_PREVIOUS: ${encoded('key before')}
  uid: ${encoded('a name like any other')}
kind: Secret
metadata:
  annotations:
    meta.helm.sh/release-name: watch
`;
const rest = `  labels:
    app.kubernetes.io/managed-by: Helm
  name: mine
  namespace: status
`;
const secret = join(folder, 'secret.yaml');
writeFileSync(secret, `${data}  creationTimestamp: "2026-01-01T00:00:00Z"
${rest}  ownerReferences:
  - apiVersion: v1
    kind: Other
    uid: 2b
  resourceVersion: "12"
  uid: 2a
type: Opaque
`);
const portable = `${data}${rest}type: Opaque\n`;

const notes = join(folder, 'notes');
const said = () => readFileSync(notes, 'utf8').trim().split('\n');
const run = (program, args, settings = {}) => {
  const env = {
    ...process.env, PATH: `${folder}/bin:${process.env.PATH}`, PGHOST: hostname, PGPORT: port, NOTES: notes, RAN: 'api worker', OWN_POSTGRES: 'yes', API_SCALES: 'yes',
    SECRET: secret, CLUSTER_KEYS: `${encoded('key')} ${encoded('key before')}`, NAMESPACE: 'status', RELEASE: 'watch', ...settings,
  };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, env, encoding: 'utf8' });
  return { status, stdout, stderr };
};
const ask = (statement, name = 'pulsecheck') => {
  const user = name === 'pulsecheck' ? 'pulsecheck' : 'postgres';
  const { status, stdout, stderr } = run('psql', ['--username', user, '--dbname', name, '--no-psqlrc', '-qtA', '-v', 'ON_ERROR_STOP=1', '-c', statement]);
  assert.equal(status, 0, stderr);
  return stdout.trim();
};

beforeEach(() => {
  writeFileSync(notes, '');
  ask('drop database if exists pulsecheck', 'postgres');
  ask("do $$ begin create role pulsecheck superuser login; exception when duplicate_object then null; end $$", 'postgres');
  ask('create database pulsecheck owner pulsecheck', 'postgres');
  ask("create table users (id int primary key, name text); insert into users select n, repeat(md5(n::text), 9) from generate_series(1, 5000) n");
});
/** What an upgrade does to the schema: something new holds on to what was there. */
const migrate = () => {
  ask('create table badges (user_id int references users, day date) partition by range (day)');
  ask("create table badges_1 partition of badges for values from ('2026-01-01') to ('2027-01-01')");
  ask('create view named as select name from users; delete from users where id > 1');
};
const tables = () => ask("select string_agg(relname, ' ' order by relname) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')");
const before = () => assert.deepEqual([tables(), ask('select count(*) from users')], ['users', '5000']);
const unchanged = () => assert.deepEqual([tables(), ask('select count(*) from users')], ['badges badges_1 named users', '1']);

let number = 0;
const file = () => join(folder, `${(number += 1)}.backup`);
/** What it was called with, in order, as far as it starts, stops or scales something. */
const moves = () => said().filter((line) => / (start|stop|scale) /.test(line)).map((line) => line.replace('--namespace status ', ''));

test('compose: a backup from before a migration is put back, and what ran runs again', () => {
  const backup = file();
  assert.equal(run('scripts/compose-backup', ['backup', backup]).status, 0);
  assert.equal(statSync(backup).mode & 0o077, 0);
  migrate();
  const { status, stderr } = run('scripts/compose-backup', ['restore', backup]);
  assert.equal(status, 0, stderr);
  before();
  assert.deepEqual(moves(), ['docker compose stop api worker', 'docker compose start api worker']);
  assert.ok(!said().some((line) => / up( |$)/.test(line)), 'other containers might come of it than ran before');
});

test('compose: both keys go back by the environment, not by a command line', () => {
  const backup = file();
  run('scripts/compose-backup', ['backup', backup], { PREVIOUS_KEY: 'key-before' });
  run('scripts/compose-backup', ['restore', backup]);
  assert.ok(said().includes('key: key-of-the-backup, before: key-before'), said().join('\n'));
  assert.ok(!said().some((line) => line.startsWith('docker ') && /key-of-the-backup|key-before/.test(line)));
});

test('compose: a backup from before there was a previous key is put back without one', () => {
  const [parts, backup] = [join(folder, 'older'), file()];
  mkdirSync(parts);
  run('pg_dump', ['--username', 'pulsecheck', '--format', 'custom', '--file', join(parts, 'database.dump'), 'pulsecheck']);
  writeFileSync(join(parts, 'secret-key'), 'key');
  run('tar', ['czf', backup, '-C', parts, 'database.dump', 'secret-key']);
  const { status, stderr } = run('scripts/compose-backup', ['restore', backup]);
  assert.equal(status, 0, stderr);
  assert.ok(said().includes('key: key, before: '), said().join('\n'));
});

test('compose: a restore that fails changes nothing, and starts again what ran', () => {
  const parts = join(folder, 'parts');
  mkdirSync(parts);
  run('pg_dump', ['--username', 'pulsecheck', '--format', 'custom', '--file', join(parts, 'database.dump'), 'pulsecheck']);
  truncateSync(join(parts, 'database.dump'), statSync(join(parts, 'database.dump')).size - 2000);
  writeFileSync(join(parts, 'secret-key'), 'key');
  const backup = file();
  run('tar', ['czf', backup, '-C', parts, 'database.dump', 'secret-key']);
  migrate();
  assert.notEqual(run('scripts/compose-backup', ['restore', backup], { RAN: 'api' }).status, 0);
  unchanged();
  assert.deepEqual(moves(), ['docker compose stop api worker', 'docker compose start api']);
  assert.ok(!said().some((line) => line.startsWith('key: ')), 'the key belongs to data that did not come');
});

test('cluster: a backup from before a migration is put back, and as many pods start as there were', () => {
  const backup = file();
  assert.equal(run('scripts/cluster-backup', ['backup', backup]).status, 0);
  assert.equal(readFileSync(`${backup}.secrets.yaml`, 'utf8'), portable, 'another cluster takes it');
  assert.ok(said().some((line) => line.includes('get secret mine')), 'the Secret that the pods read');
  migrate();
  const { status, stderr } = run('scripts/cluster-backup', ['restore', backup]);
  assert.equal(status, 0, stderr);
  before();
  assert.deepEqual(moves(), [
    'kubectl scale deployment watch-pulsecheck-api --replicas=0', 'kubectl scale deployment watch-pulsecheck-worker --replicas=0',
    'kubectl scale deployment watch-pulsecheck-api --replicas=3', 'kubectl scale deployment watch-pulsecheck-worker --replicas=2',
  ]);
});

test('cluster: a restore that fails changes nothing, and as many pods start as there were', () => {
  const backup = file();
  writeFileSync(backup, 'no dump');
  migrate();
  // Even where the first of them cannot be started.
  assert.notEqual(run('scripts/cluster-backup', ['restore', backup], { API_SCALES: 'no' }).status, 0);
  unchanged();
  assert.deepEqual(moves().slice(2), [
    'kubectl scale deployment watch-pulsecheck-api --replicas=3', 'kubectl scale deployment watch-pulsecheck-worker --replicas=2',
  ]);
});

test('cluster: a backup whose key the cluster does not know is not put back, and nothing is stopped', () => {
  const backup = file();
  run('scripts/cluster-backup', ['backup', backup]);
  migrate();
  const restore = (...keys) => run('scripts/cluster-backup', ['restore', backup], { CLUSTER_KEYS: keys.map(encoded).join(' ') });
  for (const keys of [['other'], ['other', 'key before'], ['key and more']]) {
    const { status, stderr } = restore(...keys);
    assert.equal(status, 1);
    assert.match(stderr, /The cluster has another SECRET_KEY than .*\.secrets\.yaml/);
  }
  assert.deepEqual(moves(), []);
  unchanged();
  const changed = restore('newer', 'key');
  assert.equal(changed.status, 0, changed.stderr);
  assert.match(changed.stderr, /does not know the one before/);
  before();
});

test('cluster: a backup without its Secret beside it is put back, and a sentence says what nobody compared', () => {
  const backup = file();
  run('scripts/cluster-backup', ['backup', backup]);
  rmSync(`${backup}.secrets.yaml`);
  const { status, stderr } = run('scripts/cluster-backup', ['restore', backup], { CLUSTER_KEYS: encoded('other') });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /secrets\.yaml is not there/);
});

test('cluster: without the chart’s own PostgreSQL a sentence says so, and nothing is stopped', () => {
  const { status, stderr } = run('scripts/cluster-backup', ['restore', '/dev/null'], { OWN_POSTGRES: 'no' });
  assert.equal(status, 1);
  assert.match(stderr, /There is no watch-pulsecheck-postgres in the namespace status/);
  assert.deepEqual(moves(), []);
});
