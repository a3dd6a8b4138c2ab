/** What network policies allow, evaluated: who may call whom, as a cluster's network would decide. */

const matches = (selector, labels) =>
  Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
  (selector?.matchExpressions ?? []).every(({ key, operator, values }) => operator === 'In' && values.includes(labels[key]));

const number = (ip) => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const within4 = (cidr, ip) => {
  const [base, length] = cidr.split('/');
  const size = 2 ** (32 - Number(length));
  return Math.floor(number(base) / size) === Math.floor(number(ip) / size);
};
const bits = (ip) => {
  const [head, tail] = ip.split('::').map((half) => (half ? half.split(':') : []));
  const groups = tail === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail];
  return BigInt(`0b${groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('')}`);
};
const within6 = (cidr, ip) => {
  const [base, length] = cidr.split('/');
  const shift = 128n - BigInt(length);
  return bits(base) >> shift === bits(ip) >> shift;
};
const within = (cidr, ip) => (cidr.includes(':') === ip.includes(':') ? (ip.includes(':') ? within6 : within4)(cidr, ip) : false);

/** A peer is `{ labels, namespace }` (a pod) or `{ ip }` (anything outside). */
const isPeer = (rule, peer, home) => {
  if (rule.ipBlock) return Boolean(peer.ip) && within(rule.ipBlock.cidr, peer.ip) && !(rule.ipBlock.except ?? []).some((cidr) => within(cidr, peer.ip));
  if (!peer.labels) return false;
  const namespace = rule.namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name'] ?? home;
  return peer.namespace === namespace && matches(rule.podSelector, peer.labels);
};

const admits = (policies, direction, pod, peer, port, home) => {
  const concerned = policies.filter(({ spec }) => spec.policyTypes.includes(direction) && matches(spec.podSelector, pod.labels));
  if (concerned.length === 0) return true;
  const [rules, side] = direction === 'Egress' ? ['egress', 'to'] : ['ingress', 'from'];
  return concerned.some(({ spec }) =>
    (spec[rules] ?? []).some((rule) =>
      (!rule.ports || rule.ports.some((open) => open.port === port)) && (!rule[side] || rule[side].some((one) => isPeer(one, peer, home)))));
};

/** Whether `from` may open a connection to `to` on `port`: both ends have to agree, an outside address has no say. */
export function mayCall(policies, from, to, port, home = 'status') {
  const out = from.labels && from.namespace === home ? admits(policies, 'Egress', from, to, port, home) : true;
  const inwards = to.labels && to.namespace === home ? admits(policies, 'Ingress', to, from, port, home) : true;
  return out && inwards;
}
