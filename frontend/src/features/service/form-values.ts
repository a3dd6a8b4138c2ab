/** What stands in the service form, and how it becomes a request. */
import type { Assertion, Service, ServiceDraft } from '@/api/contract';
import { nameFromUrl, toUrl } from '@/lib/paste-list';

export interface HeaderLine {
  key: number;
  name: string;
  value: string;
  /** The server has a value for it that it does not show. */
  kept: boolean;
}

export interface AssertionLine {
  key: number;
  kind: Assertion['kind'];
  /** Path or header name, where the kind has one. */
  subject: string;
  text: string;
}

export interface FormValues {
  url: string;
  name: string;
  category: string;
  tags: string;
  check_interval: string;
  method: string;
  expected_statuses: string;
  timeout_ms: string;
  degraded_threshold_ms: string;
  retries: string;
  headers: HeaderLine[];
  body: string;
  assertions: AssertionLine[];
  follow_redirects: boolean;
  tls_verify: boolean;
  address_family: 'auto' | '4' | '6';
}

export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export const intervals = [10, 30, 60, 120, 300, 600, 1800, 3600, 21600, 86400] as const;
export const assertionKinds = [
  'body_contains',
  'body_not_contains',
  'body_matches',
  'json_exists',
  'json_equals',
  'header_equals',
  'header_contains',
] as const satisfies readonly Assertion['kind'][];

let lastKey = 0;
export const nextKey = (): number => {
  lastKey += 1;
  return lastKey;
};

export const emptyValues = (url = ''): FormValues => ({
  url,
  name: '',
  category: '',
  tags: '',
  check_interval: '30',
  method: 'GET',
  expected_statuses: '200',
  timeout_ms: '5000',
  degraded_threshold_ms: '1000',
  retries: '2',
  headers: [],
  body: '',
  assertions: [],
  follow_redirects: true,
  tls_verify: true,
  address_family: 'auto',
});

export function valuesOf(service: Service): FormValues {
  return {
    url: service.url ?? '',
    name: service.name,
    category: service.category ?? '',
    tags: service.tags.join(', '),
    check_interval: String(service.check_interval),
    method: service.method,
    expected_statuses: service.expected_statuses ?? String(service.expected_status),
    timeout_ms: String(service.timeout_ms),
    degraded_threshold_ms: String(service.degraded_threshold_ms),
    retries: String(service.retries),
    headers: service.headers.map(({ name }) => ({ key: nextKey(), name, value: '', kept: true })),
    body: service.body ?? '',
    assertions: service.assertions.map(lineOf),
    follow_redirects: service.follow_redirects,
    tls_verify: service.tls_verify,
    address_family: service.address_family,
  };
}

/** The request; a name is made from the address where none was typed. */
export function draftOf(values: FormValues): ServiceDraft {
  const url = toUrl(values.url) ?? values.url.trim();
  const orNull = (text: string) => (text.trim() === '' ? null : text.trim());
  return {
    monitor_type: 'http_ping',
    url,
    name: values.name.trim() === '' ? nameFromUrl(url) : values.name.trim(),
    category: orNull(values.category),
    tags: values.tags
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
    check_interval: numberOf(values.check_interval),
    method: values.method,
    expected_statuses: values.expected_statuses.replace(/\s/g, ''),
    timeout_ms: numberOf(values.timeout_ms),
    degraded_threshold_ms: numberOf(values.degraded_threshold_ms),
    retries: numberOf(values.retries),
    headers: values.headers
      .filter(({ name, value }) => name.trim() !== '' || value !== '')
      .map(({ name, value, kept }) =>
        kept && value === '' ? { name: name.trim() } : { name: name.trim(), value },
      ),
    body: values.body === '' ? null : values.body,
    assertions: values.assertions.map(assertionOf),
    follow_redirects: values.follow_redirects,
    tls_verify: values.tls_verify,
    address_family: values.address_family,
  };
}

/** 0 for what is no number, which the server then refuses at its field. */
const numberOf = (text: string): number => {
  const value = Number(text.replace(/[\s,.'_]/g, ''));
  return Number.isFinite(value) ? Math.round(value) : 0;
};

/** `200` and 401 make `200,401`. */
export function withStatus(expected: string, status: number): string {
  const parts = expected.split(',').map((part) => part.trim());
  return parts.includes(String(status))
    ? expected
    : [...parts.filter((part) => part !== ''), status].join(',');
}

export function lineOf(assertion: Assertion): AssertionLine {
  const { kind } = assertion;
  const made = (subject: string, text: string) => ({ key: nextKey(), kind, subject, text });
  switch (assertion.kind) {
    case 'body_contains':
    case 'body_not_contains':
      return made('', assertion.text);
    case 'body_matches':
      return made('', assertion.pattern);
    case 'json_exists':
      return made(assertion.path, '');
    case 'json_equals':
      return made(assertion.path, JSON.stringify(assertion.value));
    case 'header_equals':
      return made(assertion.name, assertion.value);
    case 'header_contains':
      return made(assertion.name, assertion.text);
  }
}

export function assertionOf({ kind, subject, text }: AssertionLine): Assertion {
  switch (kind) {
    case 'body_contains':
    case 'body_not_contains':
      return { kind, text };
    case 'body_matches':
      return { kind, pattern: text };
    case 'json_exists':
      return { kind, path: subject };
    case 'json_equals':
      return { kind, path: subject, value: jsonOrText(text) };
    case 'header_equals':
      return { kind, name: subject, value: text };
    case 'header_contains':
      return { kind, name: subject, text };
  }
}

/** `true`, `3` and `"ok"` are JSON; a bare word is a string. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
