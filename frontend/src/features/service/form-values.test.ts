import { describe, expect, it } from 'vitest';
import {
  assertionOf,
  draftOf,
  emptyValues,
  joinDependencies,
  lineOf,
  withStatus,
} from './form-values';

describe('a draft', () => {
  it('takes a bare host and names the service after it', () => {
    expect(draftOf(emptyValues('www.example.com'))).toMatchObject({
      url: 'https://www.example.com',
      name: 'example.com',
      category: null,
      check_interval: 30,
    });
  });

  it('keeps saved header values by not sending any, and drops empty lines', () => {
    const headers = [
      { key: 1, name: 'Authorization', value: '', kept: true },
      { key: 2, name: 'X-Probe', value: 'yes', kept: false },
      { key: 3, name: '', value: '', kept: false },
    ];
    expect(draftOf({ ...emptyValues('example.com'), headers }).headers).toEqual([
      { name: 'Authorization' },
      { name: 'X-Probe', value: 'yes' },
    ]);
  });

  it('sends what is no number as 0, which the server refuses at its field', () => {
    expect(draftOf({ ...emptyValues('example.com'), timeout_ms: 'soon' }).timeout_ms).toBe(0);
    expect(draftOf({ ...emptyValues('example.com'), timeout_ms: '10,000' }).timeout_ms).toBe(
      10_000,
    );
  });
});

it('a status is accepted once', () => {
  expect(withStatus('200', 403)).toBe('200,403');
  expect(withStatus('200,403', 403)).toBe('200,403');
});

it.each([
  { kind: 'body_contains', text: 'ok' },
  { kind: 'body_matches', pattern: '*ok*' },
  { kind: 'json_exists', path: '$.a' },
  { kind: 'json_equals', path: '$.n', value: 3 },
  { kind: 'json_equals', path: '$.s', value: 'ok' },
  { kind: 'header_contains', name: 'Server', text: 'nginx' },
] as const)('a condition survives the form: %o', (assertion) => {
  expect(assertionOf(lineOf(assertion))).toEqual(assertion);
});

describe('what a service depends on', () => {
  const line = (component_key: string | null, page_name = 'GitHub') => ({
    page_name,
    api_urls: ['https://www.githubstatus.com/api/v2/components.json'],
    component_key,
    component_name: component_key,
    status: 'operational',
  });

  it('is sent by addresses and component, never by what was seen of it', () => {
    expect(draftOf({ ...emptyValues('example.com'), depends_on: [line('a')] }).depends_on).toEqual([
      {
        api_urls: ['https://www.githubstatus.com/api/v2/components.json'],
        component_key: 'a',
        component_name: 'a',
      },
    ]);
  });

  it('names services of one’s own by their ids', () => {
    const depends_on_services = [{ id: 'a', name: 'Database', status: 'up' as const }];
    const values = { ...emptyValues('example.com'), depends_on_services };
    expect(draftOf(values).depends_on_services).toEqual(['a']);
  });

  it('stands once, however often it is chosen', () => {
    const joined = joinDependencies([line('a'), line(null)], [line('b'), line('a', 'GitHub Inc')]);
    expect(joined.map(({ component_key }) => component_key)).toEqual(['a', null, 'b']);
  });
});
