import { describe, expect, it } from 'vitest';
import { nearestInterval, offeredIntervals } from './intervals';

const limits = (min_check_interval: number, max_check_interval = 86_400) => ({
  min_check_interval,
  max_check_interval,
});

describe('what is offered', () => {
  it('is only what the installation allows', () => {
    expect(offeredIntervals(limits(10))[0]).toBe(10);
    expect(offeredIntervals(limits(30))[0]).toBe(30);
    expect(offeredIntervals(limits(45, 700))).toEqual([60, 120, 300, 600]);
  });

  it('has what the service has already, in its place', () => {
    expect(offeredIntervals(limits(30), { kept: 10 }).slice(0, 2)).toEqual([30, 60]);
    expect(offeredIntervals(limits(30), { kept: 45 }).slice(0, 3)).toEqual([30, 45, 60]);
    expect(offeredIntervals(limits(30), { kept: 60 })).toEqual(offeredIntervals(limits(30)));
  });

  it('of a vendor’s page begins with a minute, or later where the installation says so', () => {
    expect(offeredIntervals(limits(10), { shortest: 60 })[0]).toBe(60);
    expect(offeredIntervals(limits(90), { shortest: 60 })[0]).toBe(120);
  });

  it('is everything until the limits are known, and never nothing', () => {
    expect(offeredIntervals(undefined)[0]).toBe(10);
    expect(offeredIntervals(limits(90, 100))).toEqual([90]);
  });
});

it('a default that is not allowed gives way to the next longer one', () => {
  const nearest = (wanted: number, ...bounds: [number, number?]) =>
    nearestInterval(offeredIntervals(limits(...bounds)), wanted);
  expect(nearest(30, 10)).toBe(30);
  expect(nearest(30, 60)).toBe(60);
  expect(nearest(60, 10, 20)).toBe(10);
});
