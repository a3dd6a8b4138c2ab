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
  const none = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0, paused: 0, pending: 0 };

  it.each(['down', 'degraded', 'unknown', 'maintenance'] as const)(
    'names the only one that is %s, and since when',
    (status) => {
      const worst = { status, since: at(9), name: 'a' };
      const counts = { ...none, [status]: 1, up: 1 };
      expect(concernedOf({ counts, worst })).toEqual({ name: 'a', since: at(9) });
    },
  );

  it('speaks of thousands by the one that began first', () => {
    const worst = { status: 'down', since: at(4), name: null } as const;
    const counts = { ...none, down: 5000, degraded: 1 };
    expect(concernedOf({ counts, worst })).toEqual({ name: undefined, since: at(4) });
  });

  it('names nobody of whom the counts do not speak', () => {
    const worst = { status: 'down', since: at(9), name: 'a' } as const;
    expect(concernedOf({ counts: { ...none, down: 2 }, worst })?.name).toBeUndefined();
    expect(concernedOf({ counts: { ...none, degraded: 1 }, worst })).toBeUndefined();
    expect(concernedOf({ counts: { ...none, up: 1 }, worst: null })).toBeUndefined();
  });
});

it('an outage lasts since its incident; what could not be seen, since it could not', () => {
  expect(sinceOf(service('a', 'down', at(9), at(4)))).toBe(at(4));
  expect(sinceOf(service('a', 'unknown', at(9), at(4)))).toBe(at(9));
  expect(sinceOf(service('a', 'up', at(9)))).toBe(at(9));
});
