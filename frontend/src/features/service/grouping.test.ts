import { describe, expect, it } from 'vitest';
import type { Service, StatusWord } from '@/api/contract';
import { ATTENTION, NONE, placements, sectionsOf } from './grouping';

const service = (name: string, category: string | null, status: StatusWord = 'up') =>
  ({ id: name, name, category, current_status: { status } }) as Service;

const sections = (services: Service[], order: string[] = []) =>
  sectionsOf(services, placements(services, new Map(), false), order, false);

describe('sections', () => {
  it('pin trouble on top, worst first, then the reader’s order, those without a category last', () => {
    const found = sections(
      [
        service('z', null),
        service('slow', 'Web', 'degraded'),
        service('a', 'Web'),
        service('dead', 'Api', 'down'),
        service('b', 'Api'),
        service('c', 'Own'),
        service('dark', 'Own', 'unknown'),
      ],
      ['Own'],
    );
    expect(found.map(({ key, services }) => [key, services.map(({ name }) => name)])).toEqual([
      [ATTENTION, ['dead', 'slow', 'dark']],
      ['Own', ['c']],
      ['Api', ['b']],
      ['Web', ['a']],
      [NONE, ['z']],
    ]);
  });

  it('count pinned services in their category and leave paused ones out', () => {
    const [, web] = sections([
      service('a', 'Web'),
      service('b', 'Web', 'down'),
      service('c', 'Web', 'paused'),
    ]);
    expect(web).toMatchObject({ key: 'Web', up: 1, total: 2 });
  });

  it('that are empty are not shown', () => {
    expect(sections([service('b', 'Web', 'down')]).map(({ key }) => key)).toEqual([ATTENTION]);
  });
});

describe('while a pointer is over the list', () => {
  it('known services stay where they are and new ones find their place', () => {
    const calm = placements([service('a', 'Web')], new Map(), false);
    const now = [service('a', 'Web', 'down'), service('new', 'Web', 'down')];
    expect([...placements(now, calm, true)]).toEqual([
      ['a', 'Web'],
      ['new', ATTENTION],
    ]);
    expect(placements(now, calm, false).get('a')).toBe(ATTENTION);
  });
});
