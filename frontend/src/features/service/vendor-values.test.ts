import { describe, expect, it } from 'vitest';
import type { Discovery, ServiceDetail } from '@/api/contract';
import {
  commonOf,
  emptyVendorValues,
  isGone,
  nameFor,
  targetOf,
  vendorValuesOf,
} from './vendor-values';

const discovery: Discovery = {
  api_urls: ['https://status.example.com/api/v2/components.json'],
  components: [
    {
      key: 'k1',
      name: 'API',
      status: 'operational',
      group_name: 'Europe',
      group_path: ['Europe'],
      description: null,
    },
    {
      key: 'k2',
      name: 'API',
      status: 'degraded',
      group_name: 'Asia',
      group_path: ['Asia'],
      description: null,
    },
  ],
  provider: { id: 'atlassian', name: 'Atlassian Statuspage' },
  page: { name: 'Example Status', url: 'https://status.example.com' },
  confidence: 'shape',
  open_incidents: [],
  advice: null,
  evidence: [],
};

describe('a request for a component', () => {
  it('names the key, so that equal names are told apart', () => {
    expect(targetOf('k2', discovery, false)).toEqual({
      monitor_type: 'status_page',
      status_page_api_urls: discovery.api_urls,
      component_key: 'k2',
      component_name: 'API',
    });
  });

  it('for the page as a whole names none, and addresses of one’s own stay that', () => {
    expect(targetOf('', discovery, true)).toEqual({
      monitor_type: 'status_page',
      user_defined_urls: discovery.api_urls,
      component_key: null,
      component_name: null,
    });
  });

  it('asks for no more than once a minute', () => {
    expect(commonOf(emptyVendorValues)).toMatchObject({ check_interval: 60, category: null });
  });
});

it('the catalogue’s name of a vendor comes before what the page calls itself', () => {
  expect(nameFor('k1', discovery, null)).toBe('Example · Europe · API');
  expect(nameFor('', discovery, 'Example Inc')).toBe('Example Inc');
});

it('a component is gone by the reason of its state, or when others are suggested', () => {
  const status = {
    status_code: null,
    status: 'unknown',
    response_time: null,
    checked_at: null,
    since: '2026-01-01T00:00:00Z',
  } as const;
  const reason = { code: 'component_missing', phase: null, sentence: 'Gone.' };
  expect(isGone({ current_status: { ...status, reason }, vendor: null })).toBe(true);
  expect(isGone({ current_status: { ...status, reason: null }, vendor: null })).toBe(false);
});

it('tags are typed with commas, sent as a list, and read back', () => {
  const values = { ...emptyVendorValues, tags: ' cloud, paid,, ' };
  expect(commonOf(values).tags).toEqual(['cloud', 'paid']);
  const service = { name: 'Forge', tags: ['cloud', 'paid'], check_interval: 60 };
  expect(vendorValuesOf(service as unknown as ServiceDetail).tags).toBe('cloud, paid');
});
