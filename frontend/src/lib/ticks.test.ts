import { expect, it } from 'vitest';
import { ticksOf } from './ticks';

it('an axis has few and round ticks, whatever its length', () => {
  const to = new Date(2026, 3, 10, 9, 17).getTime();
  for (const hours of [0.5, 2, 24, 168, 720, 2160]) {
    const from = to - hours * 3_600_000;
    const ticks = ticksOf(from, to, 8);
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.length).toBeLessThan(11);
    for (const tick of ticks) {
      expect(tick).toBeGreaterThanOrEqual(from);
      expect(new Date(tick).getMinutes() % 5).toBe(0);
      if (hours > 100) expect(new Date(tick).getHours()).toBe(0);
    }
  }
});
