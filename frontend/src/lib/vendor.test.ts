import { describe, expect, it } from 'vitest';
import {
  groupOffers,
  levelWords,
  looksLikeStatusPage,
  type Offer,
  ownWord,
  serviceName,
  signOf,
  typedUrls,
  vendorName,
  withoutUse,
} from './vendor';

const offer = (key: string, name: string, ...group_path: string[]): Offer => ({
  key,
  name,
  status: 'operational',
  group_path,
});
const offers = [
  offer('1', 'Login', 'ChatGPT'),
  offer('2', 'Website'),
  offer('3', 'Login', 'API'),
  offer('4', 'Files', 'ChatGPT'),
];

describe('components', () => {
  it('stand in the page’s order, one group each', () => {
    expect(
      groupOffers(offers).map(({ path, offers: some }) => [path, some.map(({ key }) => key)]),
    ).toEqual([
      [['ChatGPT'], ['1', '4']],
      [[], ['2']],
      [['API'], ['3']],
    ]);
  });

  it('are found by every word of name and group, whatever the case', () => {
    const found = groupOffers(offers, ' chatgpt LOG ').flatMap(({ offers: some }) => some);
    expect(found.map(({ key }) => key)).toEqual(['1']);
    expect(groupOffers(offers, 'nothing')).toEqual([]);
  });
});

describe('the name of a service', () => {
  it('is vendor and component, with the group only where it is needed', () => {
    expect(serviceName('OpenAI', offers[1] ?? null, offers)).toBe('OpenAI · Website');
    expect(serviceName('OpenAI', offers[2] ?? null, offers)).toBe('OpenAI · API · Login');
    expect(serviceName('OpenAI', null, offers)).toBe('OpenAI');
  });

  it('stays within what a name may be', () => {
    expect(serviceName('x'.repeat(150), offer('1', 'y'.repeat(150)), [])).toHaveLength(200);
  });

  it.each([
    ['GitHub Status', 'GitHub'],
    ['Acme System Status', 'Acme'],
    ['Acme | Status Page', 'Acme'],
    ['Status', 'Status'],
    ['Statuspal', 'Statuspal'],
    ['Anthropic', 'Anthropic'],
  ])('%s is %s', (page, vendor) => {
    expect(vendorName(page)).toBe(vendor);
  });
});

describe('a vendor’s word', () => {
  it('is never taken for green when it is not known', () => {
    expect(levelWords('hamster')).toBe('unknown');
    expect(signOf.not_monitored).toBe('unknown');
  });

  it('is repeated in the original only where that says more', () => {
    expect(ownWord('partial_outage', 'Partial Outage')).toBeNull();
    expect(ownWord('degraded', 'degraded_performance')).toBeNull();
    expect(ownWord('unknown', 'investigating_hamster')).toBe('investigating_hamster');
    expect(ownWord('operational', null)).toBeNull();
  });
});

it('an address of a status page is recognised by the catalogue or by its host', () => {
  const github = { status_page: 'https://www.githubstatus.com' };
  expect(looksLikeStatusPage('https://www.githubstatus.com/history', github)).toBe(true);
  expect(looksLikeStatusPage('https://api.github.com', github)).toBe(false);
  expect(looksLikeStatusPage('https://status.example.com', undefined)).toBe(true);
  expect(looksLikeStatusPage('https://acme.statuspage.io/', undefined)).toBe(true);
  expect(looksLikeStatusPage('https://evilstatuspage.io', undefined)).toBe(false);
  expect(looksLikeStatusPage('not an address', undefined)).toBe(false);
});

it('lines of addresses lose blanks and repeats', () => {
  expect(typedUrls([' https://a.example ', '', 'https://a.example', 'https://b.example'])).toEqual([
    'https://a.example',
    'https://b.example',
  ]);
});

it('addresses that brought nothing are named, those written another way are not', () => {
  expect(
    withoutUse(['https://A.example', 'https://b.example/x', 'nonsense'], ['https://a.example/']),
  ).toEqual(['https://b.example/x', 'nonsense']);
});
