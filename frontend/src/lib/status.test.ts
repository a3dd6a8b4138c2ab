import { describe, expect, it } from 'vitest';
import { watched, worstOf } from './status';
import { stateText } from './text/state';

describe('the sentence over a dashboard', () => {
  it.each([
    [{ up: 3 }, 'All systems operational'],
    [{ up: 3, paused: 2 }, 'All systems operational'],
    [{ up: 3, pending: 1 }, 'All systems operational so far'],
    [{ pending: 2 }, 'Waiting for the first look'],
    [{ paused: 2 }, 'Every service is paused'],
    [{}, 'Nothing is watched yet'],
    [{ up: 1, maintenance: 1 }, '1 service is under maintenance'],
    [{ up: 1, maintenance: 1, unknown: 2 }, 'We could not see how 2 services are doing'],
    [{ unknown: 1, degraded: 1 }, '1 service is degraded'],
    [{ degraded: 4, down: 2, up: 90 }, '2 services are down'],
  ])('%o says “%s”', (counts, sentence) => {
    expect(stateText.sentence(counts)).toBe(sentence);
  });

  it('names the service when it is the only one', () => {
    expect(stateText.sentence({ down: 1 }, 'Checkout')).toBe('Checkout is down');
    expect(stateText.sentence({ down: 2 }, 'Checkout')).toBe('2 services are down');
  });

  it('never calls everything operational over an unknown', () => {
    expect(stateText.sentence({ up: 500, unknown: 1 })).not.toMatch(/operational/);
  });
});

describe('counting', () => {
  it('leaves paused services out of what is watched', () => {
    expect(watched({ up: 1, down: 1, paused: 1, pending: 1 })).toBe(3);
  });

  it('knows no worst where nothing is watched', () => {
    expect(worstOf({ paused: 1 })).toBeNull();
  });
});
