/** What a page does by its own clock, held back so that a slow machine sees the same as a fast one. */
import { type BrowserContext, expect, type Page } from '@playwright/test';

/** Short messages stay for six seconds, and for ten what can be undone. */
const BRIEF_MS = [6_000, 10_000];

/** Messages stay, and what can be undone can be undone, for as long as a test lasts. */
export const linger = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript((brief) => {
    const real = window.setTimeout;
    const patient = (run: TimerHandler, ms?: number, ...more: unknown[]) =>
      real(run, ms !== undefined && brief.includes(ms) ? 600_000 : ms, ...more);
    window.setTimeout = patient as typeof setTimeout;
  }, BRIEF_MS);

/** Pages opened from now on ask again only where somebody presses a button for it. */
export const neverByItself = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    window.setInterval = (() => 0) as unknown as typeof setInterval;
  });

/** Presses keys that belong together, until they lead where they should: between two of them little time may pass. */
export const pressInOneGo = (page: Page, keys: string, there: string | RegExp): Promise<void> =>
  expect(async () => {
    for (const key of keys) await page.keyboard.press(key);
    await expect(page).toHaveURL(there, { timeout: 3_000 });
  }).toPass();
