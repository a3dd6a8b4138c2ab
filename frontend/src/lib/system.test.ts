import { describe, expect, test } from 'vitest';
import { figuresOf, systemWord, together } from './system';

const worker = (live: boolean, said: Record<string, unknown> = {}) => ({
  live,
  figures: figuresOf(said),
});

describe('the sentence about the installation', () => {
  test('without a live worker nothing is looked at', () => {
    expect(systemWord([], 3, true).status).toBe('down');
    expect(systemWord([worker(false)], 3, true).sentence).toBe('No worker is looking');
  });
  test('being cut off is unknown, and only when all workers are', () => {
    const cut = worker(true, { isolated: true });
    expect(systemWord([cut], 3, true).status).toBe('unknown');
    expect(systemWord([cut, worker(true)], 3, true).status).toBe('up');
  });
  test('lateness of a live worker is said, that of a silent one is past', () => {
    expect(systemWord([worker(true, { latest_start_ms: 4200 })], 3, true).sentence).toBe(
      'Looks start up to 4\u00a0s late',
    );
    const past = [worker(false, { latest_start_ms: 4200 }), worker(true)];
    expect(systemWord(past, 3, true).sentence).toBe('One worker is silent');
  });
  test('a cache that is away slows pages down and nothing else', () => {
    expect(systemWord([worker(true)], 3, false).status).toBe('degraded');
  });
  test('green needs something to look at to say that it is looked at', () => {
    expect(systemWord([worker(true)], 3, true).sentence).toBe('Every look starts on time');
    expect(systemWord([worker(true)], 0, true).sentence).toContain('nothing to look at');
  });
});

describe('the workers’ own figures', () => {
  test('what another version does not say, or says in words, counts as nothing', () => {
    expect(figuresOf({ services: 'many', latest_start_ms: -5 })).toMatchObject({
      services: 0,
      latestStartMs: 0,
      clockJumpMs: null,
    });
  });
  test('counts add up over live workers; the delay is the worst one', () => {
    const all = together([
      worker(true, { services: 5, missed: 1, latest_start_ms: 10 }),
      worker(true, { services: 7, missed: 2, latest_start_ms: 30 }),
      worker(false, { services: 99, latest_start_ms: 9000 }),
    ]);
    expect(all).toMatchObject({ services: 12, missed: 3, latestStartMs: 30 });
  });
});
