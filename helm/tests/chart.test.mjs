/** What the chart promises, rendered by the Helm in HELM: scripts/test chart runs it with versions 3 and 4. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { mayCall } from './policies.mjs';
import { chart, found, local, nginx, pods, production, render } from './render.mjs';

const { parse } = createRequire(`${process.env.CHECKERS}/package.json`)('yaml');
const layers = { kind: [], production, nginx, local };
const containers = (pod) => [...(pod.initContainers ?? []), ...pod.containers];
/** What a Secret holds, by name. */
const opened = (secret) => Object.fromEntries(Object.entries(secret.data).map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]));
const variable = (container, name) => container.env.find((one) => one.name === name);

test('an image that nobody chose stops the rendering with a sentence', () => {
  assert.throws(() => render({ tag: null }), /Say which build of pulsecheck-\w+ is meant: --set-string image\.tag=/);
  for (const part of ['frontend', 'api', 'worker']) {
    const others = ['frontend', 'api', 'worker'].filter((other) => other !== part).map((other) => [`${other}.image.tag`, 'x']);
    assert.throws(() => render({ tag: null, values: Object.fromEntries(others) }), new RegExp(`pulsecheck-${part}`));
  }
});

test('a published chart, whose tag is empty, runs the version it was made for', () => {
  const images = pods(render({ tag: '', files: production })).flatMap(containers).map((container) => container.image);
  const { appVersion } = parse(readFileSync(`${chart}/Chart.yaml`, 'utf8'));
  const ours = images.filter((image) => image.includes('pulsecheck'));
  assert.ok(ours.length >= 3 && ours.every((image) => image.startsWith('ghcr.io/pulsecheck/pulsecheck-') && image.endsWith(`:${appVersion}`)), ours.join());
});

test('every container is unprivileged, limited and unable to write to its own image', () => {
  for (const [layer, files] of Object.entries(layers)) {
    const all = pods(render({ files }));
    assert.equal(all.length, 5, layer);
    for (const pod of all) {
      assert.equal(pod.securityContext.runAsNonRoot, true);
      assert.equal(pod.securityContext.seccompProfile.type, 'RuntimeDefault');
      assert.equal(pod.automountServiceAccountToken, false);
      for (const container of containers(pod)) {
        const { securityContext: can, resources } = container;
        const where = `${layer} ${pod.name} ${container.name}`;
        assert.deepEqual([can.allowPrivilegeEscalation, can.readOnlyRootFilesystem, can.capabilities.drop], [false, true, ['ALL']], where);
        for (const kind of ['requests', 'limits']) assert.ok(resources[kind].cpu && resources[kind].memory, where);
      }
      for (const container of pod.containers) assert.ok(container.livenessProbe && container.readinessProbe && container.startupProbe, pod.name);
    }
  }
});

test('all workloads are spread over the nodes together', () => {
  const spreads = pods(render()).map((pod) => pod.topologySpreadConstraints);
  assert.ok(spreads.every(([spread]) => spread.maxSkew === 1 && spread.whenUnsatisfiable === 'ScheduleAnyway'));
  assert.equal(new Set(spreads.map((spread) => JSON.stringify(spread))).size, 1);
  const { labelSelector } = spreads[0][0];
  for (const pod of pods(render())) for (const [key, value] of Object.entries(labelSelector.matchLabels)) assert.equal(pod.labels[key], value);
});

test('the API waits, then migrates, then serves; the worker waits', () => {
  const rendered = render();
  const steps = (end) => rendered.find('Deployment', end).spec.template.spec.initContainers.map((container) => container.args.join(' '));
  assert.deepEqual(steps('-api'), ['wait postgres', 'wait redis', 'migrate']);
  assert.deepEqual(steps('-worker'), ['wait']);
  assert.deepEqual(rendered.of('Job'), [], 'a hook would run before there is a database');
  const { strategy } = rendered.find('Deployment', '-api').spec;
  assert.equal(strategy.rollingUpdate.maxUnavailable, 0, 'the old version serves on while the new one is not ready');
});

test('a worker is alive by its heartbeat and ready by its admin port as well', () => {
  const [worker] = render().find('Deployment', '-worker').spec.template.spec.containers;
  assert.deepEqual(worker.livenessProbe.exec.command, ['worker', 'health', '--max-age', '60']);
  assert.deepEqual(worker.readinessProbe.exec.command, ['worker', 'health', '--max-age', '30', '--ready']);
  const [api] = render().find('Deployment', '-api').spec.template.spec.containers;
  assert.equal(api.livenessProbe.httpGet.path, '/live', 'a database that is away is no reason to start again');
});

const peers = (rendered) => {
  const own = Object.fromEntries(pods(rendered).map((pod) => [pod.labels['app.kubernetes.io/component'], { labels: pod.labels, namespace: 'status' }]));
  return { ...own, dns: { labels: { 'k8s-app': 'kube-dns' }, namespace: 'kube-system' }, stranger: { labels: { app: 'x' }, namespace: 'status' } };
};
const controllers = {
  nginx: { labels: { 'app.kubernetes.io/name': 'ingress-nginx' }, namespace: 'ingress-nginx' },
  kind: { labels: { 'app.kubernetes.io/name': 'ingress-nginx' }, namespace: 'ingress-nginx' },
  production: { labels: { 'app.kubernetes.io/name': 'traefik' }, namespace: 'kube-system' },
};

test('only what has to talk may talk', () => {
  for (const layer of ['kind', 'production', 'nginx']) {
    const rendered = render({ files: layers[layer] });
    const policies = rendered.of('NetworkPolicy');
    const { frontend, api, worker, postgres, redis, dns, stranger } = peers(rendered);
    const controller = controllers[layer];
    const may = (from, to, port) => mayCall(policies, from, to, port);
    for (const [from, to, port] of [
      [controller, frontend, 8080], [controller, api, 8000], [frontend, api, 8000],
      [api, postgres, 5432], [api, redis, 6379], [worker, postgres, 5432], [worker, redis, 6379],
      [frontend, dns, 53], [api, dns, 53], [worker, dns, 53],
    ]) assert.ok(may(from, to, port), `${layer}: ${JSON.stringify(from)} → ${JSON.stringify(to)}:${port}`);
    for (const [from, to, port] of [
      [frontend, postgres, 5432], [frontend, redis, 6379], [frontend, worker, 9091], [frontend, { ip: '1.1.1.1' }, 443],
      [controller, postgres, 5432], [controller, api, 9090], [controller, worker, 9091], [stranger, api, 8000], [stranger, postgres, 5432],
      [controllers[layer === 'production' ? 'nginx' : 'production'], frontend, 8080], [api, worker, 9091], [worker, api, 8000], [postgres, dns, 53], [redis, dns, 53], [postgres, { ip: '1.1.1.1' }, 443],
      [redis, { ip: '1.1.1.1' }, 80], [postgres, redis, 6379], [redis, postgres, 5432],
    ]) assert.ok(!may(from, to, port), `${layer}: ${JSON.stringify(from)} → ${JSON.stringify(to)}:${port} should be refused`);
  }
});

test('worker and API reach the public internet, and nothing that is not public', () => {
  const rendered = render();
  const policies = rendered.of('NetworkPolicy');
  const { api, worker } = peers(rendered);
  for (const from of [api, worker]) {
    for (const ip of ['1.1.1.1', '172.15.255.255', '172.32.0.1', '192.167.255.255', '2606:4700::1111']) assert.ok(mayCall(policies, from, { ip }, 443), ip);
    for (const ip of [
      '0.0.0.1', '10.1.2.3', '100.64.0.1', '127.0.0.1', '169.254.169.254', '168.63.129.16', '172.16.0.1', '172.31.255.255', '192.0.0.192', '192.168.1.1',
      '198.18.0.1', '224.0.0.1', '255.255.255.255', '::1', '::ffff:a00:1', '64:ff9b::a00:1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'ff02::1', '2002:a00:1::1', '2001:db8::1', '2001::1',
    ]) assert.ok(!mayCall(policies, from, { ip }, 443), ip);
    assert.ok(!mayCall(policies, from, { ip: '1.1.1.1' }, 22));
  }
});

test('a private network that is allowed is allowed to the policy and to the programs alike', () => {
  const rendered = render({ json: { 'egress.allowCidrs': ['10.20.0.0/16', 'fd12::/32'], 'egress.ports': [80, 443, 8443] } });
  const policies = rendered.of('NetworkPolicy');
  const { worker } = peers(rendered);
  assert.ok(mayCall(policies, worker, { ip: '10.20.3.4' }, 8080));
  assert.ok(mayCall(policies, worker, { ip: 'fd12::7' }, 80));
  assert.ok(!mayCall(policies, worker, { ip: '10.21.3.4' }, 443));
  assert.ok(mayCall(policies, worker, { ip: '1.1.1.1' }, 8443));
  assert.equal(rendered.find('ConfigMap', '-config').data.ALLOW_CIDRS, '10.20.0.0/16,fd12::/32');
  assert.throws(() => render({ values: { signUp: 'open' }, json: { 'egress.allowCidrs': ['10.0.0.0/8'] } }), /lets strangers in/);
});

test('name servers that are no pods may be asked, and nothing else at their address', () => {
  const policies = render({ json: { 'networkPolicy.dns.cidrs': ['169.254.20.10/32'] } }).of('NetworkPolicy');
  const { api, worker, frontend, postgres, dns } = peers(render());
  for (const from of [api, worker, frontend]) {
    assert.ok(mayCall(policies, from, { ip: '169.254.20.10' }, 53) && mayCall(policies, from, dns, 53));
    assert.ok(!mayCall(policies, from, { ip: '169.254.20.10' }, 80) && !mayCall(policies, from, { ip: '169.254.169.254' }, 53));
  }
  assert.ok(!mayCall(policies, postgres, { ip: '169.254.20.10' }, 53));
  assert.throws(() => render({ json: { 'networkPolicy.dns.cidrs': ['node-local'] } }), /cidrs/);
});

test('an external database has no pod, a way to it, and is asked for when it is missing', () => {
  const external = { 'postgres.enabled': false, 'externalDatabase.url': 'postgres://a:b@db.example:6432/c', 'externalDatabase.port': 6432 };
  assert.throws(() => render({ values: { 'postgres.enabled': false } }), /give externalDatabase\.url/);
  assert.throws(() => render({ values: external }), /give externalDatabase\.cidrs/);
  const rendered = render({ values: external, json: { 'externalDatabase.cidrs': ['10.9.0.0/24'] } });
  assert.equal(rendered.of('StatefulSet').length, 0);
  const secret = opened(rendered.find('Secret', '-secrets'));
  assert.equal(secret.DATABASE_URL, external['externalDatabase.url']);
  assert.equal(secret.POSTGRES_PASSWORD, undefined);
  const policies = rendered.of('NetworkPolicy');
  const { api, worker, frontend } = peers(rendered);
  for (const from of [api, worker]) assert.ok(mayCall(policies, from, { ip: '10.9.0.5' }, 6432));
  assert.ok(!mayCall(policies, api, { ip: '10.9.0.5' }, 5432));
  assert.ok(!mayCall(policies, frontend, { ip: '10.9.0.5' }, 6432));
});

test('an external Redis has no pod and a way to it', () => {
  const values = { 'redis.enabled': false, 'externalRedis.url': 'rediss://cache.example:6380/0', 'externalRedis.port': 6380 };
  assert.throws(() => render({ values }), /give externalRedis\.cidrs/);
  const rendered = render({ values, json: { 'externalRedis.cidrs': ['10.8.0.0/24'] } });
  assert.equal(rendered.find('Deployment', '-redis'), undefined);
  assert.ok(mayCall(rendered.of('NetworkPolicy'), peers(rendered).worker, { ip: '10.8.0.1' }, 6380));
});

test('secrets are generated and kept, or all taken from a Secret of the operator', () => {
  const generated = render().find('Secret', '-secrets');
  assert.equal(generated.metadata.annotations['helm.sh/resource-policy'], 'keep');
  assert.equal(generated.stringData, undefined, 'a key that is taken out would stay');
  const { SECRET_KEY, DATABASE_URL, POSTGRES_PASSWORD } = opened(generated);
  assert.ok(SECRET_KEY.length >= 32);
  assert.ok(DATABASE_URL.includes(POSTGRES_PASSWORD));
  const odd = opened(render({ values: { 'secrets.postgresPassword': 'p@ss/w:rd#' } }).find('Secret', '-secrets'));
  assert.equal(decodeURIComponent(new URL(odd.DATABASE_URL).password), 'p@ss/w:rd#');

  const existing = render({ values: { 'secrets.existingSecret': 'mine' } });
  assert.equal(existing.of('Secret').length, 0);
  const referenced = pods(existing).flatMap(containers).flatMap((container) => container.env ?? []).map((one) => one.valueFrom?.secretKeyRef?.name);
  assert.deepEqual([...new Set(referenced.filter(Boolean))], ['mine']);
  assert.throws(() => render({ values: { 'secrets.existingSecret': 'mine', 'secrets.secretKey': 'x'.repeat(40) } }), /nobody would read/);
  assert.throws(() => render({ values: { 'secrets.secretKey': 'short' } }), /shorter than 32/);
});

test('a key that is being changed goes to API and workers together with the one before', () => {
  const [secretKey, previousSecretKey] = ['n'.repeat(40), 'p'.repeat(40)];
  const changing = render({ values: { 'secrets.secretKey': secretKey, 'secrets.previousSecretKey': previousSecretKey } });
  const { SECRET_KEY, SECRET_KEY_PREVIOUS } = opened(changing.find('Secret', '-secrets'));
  assert.deepEqual([SECRET_KEY, SECRET_KEY_PREVIOUS], [secretKey, previousSecretKey]);
  assert.equal(opened(render().find('Secret', '-secrets')).SECRET_KEY_PREVIOUS, undefined);
  for (const part of ['-api', '-worker']) {
    const [container] = changing.find('Deployment', part).spec.template.spec.containers;
    const reference = container.env.find((one) => one.name === 'SECRET_KEY_PREVIOUS').valueFrom.secretKeyRef;
    assert.ok(reference.optional, `${part} starts without one`);
  }
  assert.throws(() => render({ values: { 'secrets.previousSecretKey': 'short' } }), /no key that this installation had/);
  assert.throws(() => render({ values: { 'secrets.existingSecret': 'mine', 'secrets.previousSecretKey': previousSecretKey } }), /nobody would read/);
});

test('a password that is not the one the database was made with is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pulsecheck-chart-'));
  try {
    cpSync(chart, folder, { recursive: true });
    const password = (given, kept) => {
      // Rendering has no cluster to look into: a template of the test's own says what one has.
      const call = `{{ include "pulsecheck.postgresPassword" (dict "given" ${JSON.stringify(given)} "kept" ${JSON.stringify(kept)}) }}`;
      writeFileSync(`${folder}/templates/asked.yaml`, `kind: Asked\nmetadata: { name: asked }\npassword: ${call}\n`);
      return render({ folder }).find('Asked', 'asked').password;
    };
    assert.throws(() => password('mine', 'kept'), /not the one that this database was made with/);
    assert.deepEqual([password('kept', 'kept'), password('', 'kept'), password('mine', '')], ['kept', 'kept', 'mine']);
    assert.equal(password('', '').length, 32);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a key in the place of another one wants that as the previous one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pulsecheck-chart-'));
  try {
    cpSync(chart, folder, { recursive: true });
    const key = (given, kept, previous) => {
      const call = `{{ include "pulsecheck.secretKey" (dict "given" ${JSON.stringify(given)} "kept" ${JSON.stringify(kept)} "previous" ${JSON.stringify(previous)}) }}`;
      writeFileSync(`${folder}/templates/asked.yaml`, `kind: Asked\nmetadata: { name: asked }\nkey: ${call}\n`);
      return render({ folder }).find('Asked', 'asked').key;
    };
    assert.throws(() => key('new', 'kept', ''), /what that one sealed would be lost/);
    assert.throws(() => key('new', 'kept', 'other'), /what that one sealed would be lost/);
    assert.deepEqual([key('new', 'kept', 'kept'), key('kept', 'kept', ''), key('', 'kept', ''), key('new', '', '')], ['new', 'kept', 'kept', 'new']);
    assert.equal(key('', '', '').length, 64);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the worker and the web app are not given the secrets of sign-in', () => {
  const rendered = render();
  const [worker] = rendered.find('Deployment', '-worker').spec.template.spec.containers;
  assert.equal(variable(worker, 'GOOGLE_CLIENT_SECRET'), undefined);
  const [frontend] = rendered.find('Deployment', '-frontend').spec.template.spec.containers;
  assert.deepEqual(frontend.env.map((one) => one.name), ['API_ORIGIN', 'PUBLIC_URL']);
});

test('wrong values are refused by name', () => {
  for (const [values, words] of [
    [{ 'worker.replicas': 0 }, /replicas/], [{ signUp: 'everybody' }, /signUp/], [{ 'egress.ports[0]': 70000 }, /ports/],
    [{ 'trustedProxies[0]': 'all' }, /trustedProxies/], [{ publicUrl: 'status.example.com' }, /publicUrl/], [{ wrongName: 1 }, /wrongName/],
    [{ publicUrl: 'http://other.example' }, /ingress answers for/], [{ 'ingress.tls.enabled': true }, /begin with https/],
    [{ 'api.autoscaling.minReplicas': 4 }, /minReplicas/], [{ 'image.tag': 12 }, /tag/], [{ 'api.image.tag': 123456789012 }, /tag/],
    [{ publicUrl: 'http://pulsecheck.com/status' }, /publicUrl/], [{ 'trustedProxies[0]': '10.0.0.256/8' }, /trustedProxies/],
  ]) assert.throws(() => render({ values }), words, JSON.stringify(values));
});

test('only private networks are opened, and none in which clouds give away keys', () => {
  const allow = (network) => render({ json: { 'egress.allowCidrs': [network] } });
  for (const network of ['10.0.0.0/8', '172.16.0.0/12', '192.168.1.0/24', '100.64.0.0/10', '169.253.0.0/16', 'fc00::/7', 'fd12::1/128']) allow(network);
  for (const network of ['169.254.0.0/16', '169.254.169.254/32', '169.0.0.0/8', '168.0.0.0/7', '128.0.0.0/1', '0.0.0.0/0', '::/0', 'fe80::/10']) {
    assert.throws(() => allow(network), /opens more than a private network, or link-local addresses/, network);
  }
  for (const network of ['10.0.0.256/8', '300.1.1.1/32', '10.0.0.0/33', '10.0.0.0', '010.0.0.0/8']) assert.throws(() => allow(network), /allowCidrs/, network);
});

test('the programs keep to what the network policy lets through', () => {
  const settings = (options) => render(options).find('ConfigMap', '-config').data;
  const { LOCAL_NETWORKS, ONLY_PORTS, DENY_CIDRS } = settings();
  assert.deepEqual([LOCAL_NETWORKS, ONLY_PORTS, DENY_CIDRS], ['closed', '80,443', undefined]);
  assert.equal(settings({ json: { 'egress.ports': [80, 443, 8443] } }).ONLY_PORTS, '80,443,8443');
  const open = settings({ json: { 'egress.allowCidrs': ['10.1.0.0/16'] } });
  assert.deepEqual([open.LOCAL_NETWORKS, open.ONLY_PORTS, open.ALLOW_CIDRS], ['closed', '80,443', '10.1.0.0/16'], 'that network alone, and every port of it');
  const without = settings({ values: { 'networkPolicy.enabled': false } });
  assert.deepEqual([without.LOCAL_NETWORKS, without.ONLY_PORTS], ['closed', undefined]);
  assert.equal(settings({ values: { 'networkPolicy.enabled': false, 'config.ONLY_PORTS': 443 } }).ONLY_PORTS, '443');
  assert.equal(settings({ values: { 'config.DENY_CIDRS': '203.0.113.7' } }).DENY_CIDRS, '203.0.113.7');
  assert.equal(settings({ values: { 'config.LOG_FORMAT': 'text' } }).LOG_FORMAT, 'text');
});

test('a port that is opened to looks and not to the policy is refused', () => {
  const ports = (allowed, json = {}, values = {}) => render({ values: { ...values, 'config.ALLOW_PORTS': allowed }, json });
  assert.throws(() => ports('9200'), /config\.ALLOW_PORTS opens 9200, which the network policy would keep closed/);
  assert.throws(() => ports('443\\, 9300'), /opens 9300/);
  ports('9200', { 'egress.ports': [80, 443, 9200] });
  ports('9200', { 'egress.allowCidrs': ['10.0.0.0/8'] });
  ports('9200', {}, { 'networkPolicy.enabled': false });
});

test('no program looks at an admin port of another one', () => {
  const own = (values) => render({ values }).find('ConfigMap', '-config').data.OWN_ENDPOINTS.split(',');
  assert.deepEqual(own({ 'metrics.enabled': false }), ['watch-pulsecheck-api:9090']);
  assert.deepEqual(own({ 'metrics.enabled': true, 'config.OWN_ENDPOINTS': 'grafana:3000' }),
    ['watch-pulsecheck-api:9090', 'watch-pulsecheck-worker:9091', 'grafana:3000']);
  const ports = render({ values: { 'metrics.enabled': true } }).of('Service').flatMap(({ metadata, spec }) =>
    spec.ports.filter(({ name }) => name === 'admin').map(({ port }) => `${metadata.name}:${port}`));
  assert.deepEqual(ports.sort(), own({ 'metrics.enabled': true }));
});

test('the policy opens the port at which an external database or Redis is', () => {
  const cidrs = { 'externalDatabase.cidrs': ['10.9.0.0/24'], 'externalRedis.cidrs': ['10.9.0.0/24'] };
  const database = (url, more = {}) => render({ values: { 'postgres.enabled': false, 'externalDatabase.url': url, ...more }, json: cidrs });
  const redis = (url, more = {}) => render({ values: { 'redis.enabled': false, 'externalRedis.url': url, ...more }, json: cidrs });
  const wrong = /\.url is at port 64\d\d, but the network policy would open (5432|6379)/;
  assert.throws(() => database('postgres://a:b@db.example:6432/c'), wrong);
  assert.throws(() => database('postgres://a:b@[fd12::7]:6432/c'), wrong);
  assert.throws(() => database('postgres://a:b@db.example/c', { 'externalDatabase.port': 6432 }), /is at port 5432/);
  for (const url of ['postgres://a:b@db.example/c', 'postgres://a:b@db.example:5432/c?sslmode=require', 'postgres://a:b@[fd12::7]/c']) database(url);
  database('postgres://a:b@db.example:6432/c', { 'networkPolicy.enabled': false });
  assert.throws(() => redis('rediss://cache.example:6480/0'), wrong);
  redis('rediss://:secret@cache.example/0');
});

test('what would be read from nowhere is refused beside an existing Secret', () => {
  const existing = { 'secrets.existingSecret': 'mine', 'postgres.enabled': false, 'redis.enabled': false };
  const json = { 'externalDatabase.cidrs': ['10.9.0.0/24'], 'externalRedis.cidrs': ['10.9.0.0/24'] };
  render({ values: existing, json });
  for (const [name, url] of [['externalDatabase.url', 'postgres://a:b@c/d'], ['externalRedis.url', 'redis://a/0']]) {
    assert.throws(() => render({ values: { ...existing, [name]: url }, json }), new RegExp(`so is ${name} beside it`));
  }
  for (const name of ['secretKey', 'postgresPassword', 'googleClientId', 'googleClientSecret', 'githubClientId', 'smtpPassword']) {
    assert.throws(() => render({ values: { ...existing, [`secrets.${name}`]: 'x'.repeat(40) }, json }), new RegExp(`so is secrets\\.${name} beside it`));
  }
});

test('what would have no effect is refused', () => {
  for (const [values, words] of [
    [{ 'externalDatabase.url': 'postgres://a:b@c/d' }, /externalDatabase\.url is set, and so is postgres\.enabled/],
    [{ 'externalRedis.url': 'redis://a/0' }, /externalRedis\.url is set, and so is redis\.enabled/],
    [{ 'metrics.operator': true }, /metrics\.operator is set, but metrics\.enabled is not/],
    [{ 'metrics.dashboard': true }, /metrics\.dashboard is set, but metrics\.enabled is not/],
    [{ 'secrets.googleClientId': 'x' }, /googleClientId and secrets\.googleClientSecret go together/],
    [{ 'secrets.githubClientSecret': 'x' }, /githubClientId and secrets\.githubClientSecret go together/],
  ]) assert.throws(() => render({ values }), words, JSON.stringify(values));
  render({ values: { 'secrets.githubClientId': 'x', 'secrets.githubClientSecret': 'y' } });
});

test('what decides who gets in or out cannot be taken away', () => {
  for (const name of ['publicUrl', 'signUp', 'egress.ports', 'networkPolicy.enabled', 'ingress.host']) {
    assert.throws(() => render({ values: { [name]: null } }), new RegExp(name.split('.').at(-1)), name);
  }
});

test('files of the operator’s are where the settings that name them say, in every container that reads those', () => {
  const values = { extraFiles: 'ours', 'config.EXTRA_CA_FILE': '/etc/pulsecheck/ca.pem' };
  const rendered = render({ values });
  for (const pod of pods(rendered).filter(({ name }) => /-(api|worker)$/.test(name))) {
    assert.equal(pod.volumes.find(({ name }) => name === 'extra').secret.secretName, 'ours');
    for (const container of containers(pod)) {
      assert.deepEqual(container.volumeMounts.find(({ name }) => name === 'extra'), { name: 'extra', mountPath: '/etc/pulsecheck', readOnly: true });
    }
  }
  assert.doesNotMatch(JSON.stringify(render().objects), /"extra"/);
  for (const name of ['EXTRA_CA_FILE', 'CATALOGUE_FILE']) {
    assert.throws(() => render({ values: { [`config.${name}`]: '/etc/pulsecheck/x' } }), /which is in no pod: extraFiles names a Secret/);
    assert.throws(() => render({ values: { extraFiles: 'ours', [`config.${name}`]: '/tmp/x' } }), /which is in no pod/);
  }
});

test('secrets and what has a value of its own do not stand in config', () => {
  for (const name of ['SECRET_KEY', 'SECRET_KEY_FILE', 'SECRET_KEY_PREVIOUS', 'DATABASE_URL', 'REDIS_URL', 'GITHUB_CLIENT_SECRET', 'GOOGLE_CLIENT_ID', 'SMTP_PASSWORD']) {
    assert.throws(() => render({ values: { [`config.${name}`]: 'x' } }), new RegExp(`config\\.${name}: it would stand in a ConfigMap`));
  }
  for (const [name, value] of [['PUBLIC_URL', 'publicUrl'], ['SIGN_UP', 'signUp'], ['TRUSTED_PROXIES', 'trustedProxies'], ['ALLOW_CIDRS', 'egress.allowCidrs'],
    ['LOCAL_NETWORKS', 'egress.allowCidrs'], ['ONLY_PORTS', 'egress.ports']]) {
    assert.throws(() => render({ values: { [`config.${name}`]: 'x' } }), new RegExp(`config\\.${name}: the chart has a value for that, ${value}`));
  }
  assert.equal(render({ values: { 'config.RETENTION_RAW_DAYS': 7 } }).find('ConfigMap', '-config').data.RETENTION_RAW_DAYS, '7');
});

test('a mail server that the policy would keep from us is refused', () => {
  const mail = (config, json = {}) =>
    render({ values: Object.fromEntries(Object.entries(config).map(([name, value]) => [`config.${name}`, value])), json });
  const host = { SMTP_HOST: 'mail.example' };
  assert.throws(() => mail(host), /keep mail from mail\.example: egress\.ports lacks 587/);
  assert.throws(() => mail({ ...host, SMTP_SECURITY: 'tls' }), /lacks 465/);
  assert.throws(() => mail({ ...host, SMTP_PORT: 2525 }, { 'egress.ports': [80, 443, 587] }), /lacks 2525/);
  mail(host, { 'egress.ports': [80, 443, 587] });
  mail({ ...host, SMTP_PORT: 2525 }, { 'egress.ports': [80, 443, 2525] });
  mail(host, { 'egress.allowCidrs': ['10.0.0.0/8'] });
});

test('budgets for disruption are there where there may be two replicas, and scaling is for kind alone', () => {
  assert.deepEqual(render().of('PodDisruptionBudget').map((budget) => budget.metadata.name), ['watch-pulsecheck-api'], 'up to three by the scaler');
  assert.equal(render({ values: { 'api.autoscaling.maxReplicas': 1 } }).of('PodDisruptionBudget').length, 0);
  assert.equal(render({ files: production }).of('PodDisruptionBudget').length, 0);
  const many = render({ files: production, values: { 'api.replicas': 2, 'worker.replicas': 2, 'frontend.replicas': 2 } });
  assert.equal(many.of('PodDisruptionBudget').length, 3);
  assert.equal(many.of('HorizontalPodAutoscaler').length, 0);
  assert.equal(many.find('Deployment', '-api').spec.replicas, 2);
  const [scaler] = render().of('HorizontalPodAutoscaler');
  assert.deepEqual([scaler.spec.minReplicas, scaler.spec.maxReplicas, scaler.spec.metrics[0].resource.target.averageUtilization], [1, 3, 70]);
  assert.equal(render().find('Deployment', '-api').spec.replicas, undefined, 'the scaler decides');
});

test('scripts know what the chart calls its objects', () => {
  for (const name of ['pulsecheck', 'status', 'my-pulsecheck', `pulsecheck-${'x'.repeat(29)}-y`, 's'.repeat(40)]) {
    const { stdout } = spawnSync(`${chart}/../../scripts/chart-name`, [name], { encoding: 'utf8' });
    assert.equal(render({ name }).find('Deployment', '-api').metadata.name, `${stdout.trim()}-api`);
  }
});

test('the database has connections for three of the API and three workers while they are replaced', () => {
  const { args } = render().find('StatefulSet', '-postgres').spec.template.spec.containers[0];
  const [, allowed] = /^max_connections=(\d+)$/.exec(args.find((arg) => arg.startsWith('max_connections=')));
  assert.ok(Number(allowed) >= 4 * 16 + 4 * 11 + 3);
});

test('an upgrade of the chart alone starts no database again', () => {
  const template = render().find('StatefulSet', '-postgres').spec.template;
  assert.equal(template.metadata.labels['helm.sh/chart'], undefined);
});

test('TLS and the issuer are production’s, k3d has neither', () => {
  const [ingress] = render({ files: production }).of('Ingress');
  assert.equal(ingress.spec.ingressClassName, 'traefik');
  assert.equal(ingress.metadata.annotations['cert-manager.io/cluster-issuer'], 'letsencrypt-production');
  assert.deepEqual(ingress.spec.tls[0].hosts, [ingress.spec.rules[0].host]);
  const [plain] = render({ files: local }).of('Ingress');
  assert.equal(plain.spec.tls, undefined);
  assert.equal(plain.metadata.annotations, undefined);
});

test('behind Traefik, TLS sends who comes without it to https', () => {
  const middlewares = (rendered) => rendered.of('Ingress')[0].metadata.annotations?.['traefik.ingress.kubernetes.io/router.middlewares'];
  const rendered = render({ files: production });
  const [middleware] = rendered.of('Middleware');
  assert.deepEqual(middleware.spec, { redirectScheme: { scheme: 'https', permanent: true } });
  assert.equal(middlewares(rendered), `status-${middleware.metadata.name}@kubernetescrd`);
  const annotation = 'ingress.annotations.traefik\\.ingress\\.kubernetes\\.io/router\\.middlewares';
  const beside = render({ files: production, values: { [annotation]: 'status-own@kubernetescrd' } });
  assert.equal(middlewares(beside), `status-${middleware.metadata.name}@kubernetescrd,status-own@kubernetescrd`);
  for (const without of [
    render(), render({ files: local }),
    render({ files: production, values: { 'ingress.tls.redirect': false } }), render({ files: production, values: { 'ingress.className': 'nginx' } }),
  ]) {
    assert.equal(without.of('Middleware').length, 0);
    assert.equal(middlewares(without), undefined);
  }
});

test('the web app knows the address that people open, for what it tells browsers about https', () => {
  const [frontend] = render({ files: production }).find('Deployment', '-frontend').spec.template.spec.containers;
  assert.equal(variable(frontend, 'PUBLIC_URL').value, 'https://status.example.com');
});

test('the line for installing that the README gives is right for K3s', () => {
  const [, line] = /```sh\nhelm install pulsecheck oci:\S+ ([^`]+)```/.exec(readFileSync(`${chart}/README.md`, 'utf8'));
  const command = `"$HELM" template pulsecheck "$0" ${line.replace('--create-namespace', '--set image.tag=')}`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command, chart], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const rendered = found(stdout);
  const [ingress] = rendered.of('Ingress');
  const like = render({ files: production, name: 'pulsecheck' }).of('Ingress')[0];
  assert.deepEqual([ingress.spec, Object.keys(ingress.metadata.annotations)], [like.spec, Object.keys(like.metadata.annotations)]);
  assert.equal(rendered.of('HorizontalPodAutoscaler').length, 0);
  const { frontend, api } = Object.fromEntries(Object.entries(peers(rendered)).map(([name, peer]) => [name, { ...peer, namespace: 'pulsecheck' }]));
  const policies = rendered.of('NetworkPolicy');
  for (const [pod, port] of [[frontend, 8080], [api, 8000]]) assert.ok(mayCall(policies, controllers.production, pod, port, 'pulsecheck'));
});

test('metrics are open to the namespace of Prometheus alone, and only when asked for', () => {
  assert.equal(render().of('ServiceMonitor').length, 0);
  const rendered = render({ values: { 'metrics.enabled': true, 'metrics.operator': true, 'metrics.dashboard': true, 'metrics.labels.release': 'prometheus' } });
  const policies = rendered.of('NetworkPolicy');
  const { api, worker, frontend } = peers(rendered);
  const prometheus = { labels: { app: 'prometheus' }, namespace: 'monitoring' };
  assert.ok(mayCall(policies, prometheus, api, 9090) && mayCall(policies, prometheus, worker, 9091));
  assert.ok(!mayCall(policies, prometheus, api, 8000) && !mayCall(policies, frontend, worker, 9091));
  assert.equal(rendered.of('ServiceMonitor').length, 2);
  assert.ok(rendered.of('ServiceMonitor').every((monitor) => monitor.metadata.labels.release === 'prometheus'));
  assert.ok(rendered.of('PrometheusRule')[0].spec.groups[0].rules.length > 5);
  JSON.parse(rendered.find('ConfigMap', '-dashboard').data['pulsecheck.json']);
});

const file = (path) => parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));

test('event streams live on at either port of Traefik', () => {
  const { ports } = parse(file('k8s/traefik-config.yaml').spec.valuesContent);
  for (const port of ['web', 'websecure']) assert.equal(ports[port].transport.respondingTimeouts.readTimeout, '0s');
});

test('Cloudflare’s networks are the same wherever they are trusted', () => {
  const ours = file('helm/pulsecheck/values-production.yaml').trustedProxies.filter((network) => network !== '10.42.0.0/16');
  const traefik = parse(file('k8s/traefik-config.yaml').spec.valuesContent);
  for (const port of ['web', 'websecure']) assert.deepEqual(traefik.ports[port].forwardedHeaders.trustedIPs, ours);
  const nginx = file('helm/ingress-nginx/values-production.yaml').controller.config;
  assert.deepEqual(nginx['proxy-real-ip-cidr'].split(','), ours);
  assert.equal(ours.length, 22);
});
