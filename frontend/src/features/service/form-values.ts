/** What stands in the service form, and how it becomes a request. */
import type {
  Assertion,
  AssertionKind,
  DependencyInput,
  NeededService,
  ServiceDetail,
  ServiceDraft,
} from '@/api/contract';
import { nameFromUrl, toUrl } from '@/lib/paste-list';
import { serviceText } from '@/lib/text/service';

export interface HeaderLine {
  key: number;
  name: string;
  value: string;
  /** The server has a value for it that it does not show. */
  kept: boolean;
}

export interface AssertionLine {
  key: number;
  kind: AssertionKind;
  /** Path or header name, where the kind has one. */
  subject: string;
  text: string;
}

/** A part of a vendor's page, or all of it, that the service depends on. */
export interface DependencyLine {
  page_name: string;
  api_urls: string[];
  /** Null: the page as a whole. */
  component_key: string | null;
  component_name: string | null;
  /** The vendor's level when it was last seen. */
  status: string;
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
  /** `auto`, `4` or `6` */
  address_family: string;
  depends_on: DependencyLine[];
  depends_on_services: NeededService[];
}

export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export const assertionKinds = [
  'body_contains',
  'body_not_contains',
  'body_matches',
  'json_exists',
  'json_equals',
  'header_equals',
  'header_contains',
] as const satisfies readonly AssertionKind[];

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
  depends_on: [],
  depends_on_services: [],
});

export function valuesOf(service: ServiceDetail): FormValues {
  return {
    url: service.url ?? '',
    name: service.name,
    category: service.category ?? '',
    tags: service.tags.join(', '),
    check_interval: String(service.check_interval),
    method: service.method,
    expected_statuses: service.expected_statuses,
    timeout_ms: String(service.timeout_ms),
    degraded_threshold_ms: String(service.degraded_threshold_ms),
    retries: String(service.retries),
    headers: service.headers.map(({ name }) => ({ key: nextKey(), name, value: '', kept: true })),
    body: service.body ?? '',
    assertions: service.assertions.map(lineOf),
    follow_redirects: service.follow_redirects,
    tls_verify: service.tls_verify,
    address_family: service.address_family,
    depends_on: service.depends_on.map(
      ({ page_name, api_urls, component_key, component_name, status }) => ({
        page_name,
        api_urls,
        component_key,
        component_name,
        status,
      }),
    ),
    depends_on_services: service.depends_on_services,
  };
}

/** Most characters of a service's name. */
const LONGEST_NAME = 200;

/** `Shop` makes `Shop (copy)`; a long name gives up its end for it. */
export function copyName(name: string): string {
  const suffix = serviceText.form.copySuffix;
  const room = LONGEST_NAME - suffix.length;
  return `${Array.from(name).slice(0, room).join('').trimEnd()}${suffix}`;
}

/** Tags as they are typed: separated by commas. */
export const tagsOf = (typed: string): string[] =>
  typed
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

/** The request; a name is made from the address where none was typed. */
export function draftOf(values: FormValues): ServiceDraft {
  const url = toUrl(values.url) ?? values.url.trim();
  const orNull = (text: string) => (text.trim() === '' ? null : text.trim());
  return {
    monitor_type: 'http_ping',
    url,
    name: values.name.trim() === '' ? nameFromUrl(url) : values.name.trim(),
    category: orNull(values.category),
    tags: tagsOf(values.tags),
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
    depends_on: values.depends_on.map(dependencyOf),
    depends_on_services: values.depends_on_services.map(({ id }) => id),
  };
}

const dependencyOf = (line: DependencyLine): DependencyInput => ({
  api_urls: line.api_urls,
  component_key: line.component_key,
  component_name: line.component_name,
});

/** Those already named come first; none stands twice. */
export function joinDependencies(
  known: readonly DependencyLine[],
  more: readonly DependencyLine[],
): DependencyLine[] {
  const identity = (line: DependencyLine) => JSON.stringify(dependencyOf(line));
  return [...new Map([...known, ...more].map((line) => [identity(line), line])).values()];
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

/** What a kind of condition calls its two halves; the server refuses any other field. */
const parts: Record<
  AssertionKind,
  { subject?: 'path' | 'name'; text?: 'text' | 'pattern' | 'value' }
> = {
  body_contains: { text: 'text' },
  body_not_contains: { text: 'text' },
  body_matches: { text: 'pattern' },
  json_exists: { subject: 'path' },
  json_equals: { subject: 'path', text: 'value' },
  header_equals: { subject: 'name', text: 'value' },
  header_contains: { subject: 'name', text: 'text' },
};

export function lineOf(assertion: Assertion): AssertionLine {
  const { kind } = assertion;
  const { subject, text } = parts[kind];
  const value = text === undefined ? '' : assertion[text];
  return {
    key: nextKey(),
    kind,
    subject: subject === undefined ? '' : (assertion[subject] ?? ''),
    text: kind === 'json_equals' ? JSON.stringify(value) : String(value ?? ''),
  };
}

export function assertionOf({ kind, subject, text }: AssertionLine): Assertion {
  const names = parts[kind];
  return {
    kind,
    ...(names.subject === undefined ? {} : { [names.subject]: subject }),
    ...(names.text === undefined
      ? {}
      : { [names.text]: kind === 'json_equals' ? jsonOrText(text) : text }),
  };
}

/** `true`, `3` and `"ok"` are JSON; a bare word is a string. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
