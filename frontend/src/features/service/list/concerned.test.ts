import { describe, expect, it } from 'vitest';
import type { Service } from '@/api/contract';
import type { Status } from '@/lib/status';
import { concernedOf, sinceOf } from './concerned';

const service = (name: string, status: Status, since: string, incident?: string) =>
  ({
    name,
    current_status: { status, since },
    active_incident: incident === undefined ? null : { started_at: incident },
  }) as Service;
const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`;

describe('the sentence', () => {
  it.each(['down', 'degraded', 'unknown', 'maintenance'] as const)(
    'names the only one that is %s, and since when',
    (status) => {
      const services = [service('a', status, at(9)), service('b', 'up', at(1))];
      expect(concernedOf({ [status]: 1, up: 1 }, services)).toEqual({ name: 'a', since: at(9) });
    },
  );

  it('speaks of several by the one that began first', () => {
    const services = [service('a', 'down', at(9)), service('b', 'down', at(7), at(4))];
    expect(concernedOf({ down: 2, degraded: 1 }, services)).toEqual({
      name: undefined,
      since: at(4),
    });
  });

  it('names nobody before all of them are known', () => {
    expect(concernedOf({ down: 2 }, [service('a', 'down', at(9))])).toBeUndefined();
    expect(concernedOf({ down: 1 }, [])).toBeUndefined();
    expect(concernedOf({ up: 1 }, [service('a', 'up', at(9))])).toBeUndefined();
  });
});

it('an outage lasts since its incident; what could not be seen, since it could not', () => {
  expect(sinceOf(service('a', 'down', at(9), at(4)))).toBe(at(4));
  expect(sinceOf(service('a', 'unknown', at(9), at(4)))).toBe(at(9));
  expect(sinceOf(service('a', 'up', at(9)))).toBe(at(9));
});
