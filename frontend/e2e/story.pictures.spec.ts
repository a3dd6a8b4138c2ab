/**
 * Takes pictures of the real program: `scripts/screenshots`. Three for the README, and every page in both themes at desktop and
 * phone width to be looked at by a person. Not a test, and skipped as one.
 */
import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, devices } from '@playwright/test';
import { test } from './story/stage';
import { type Stop, tourOf } from './story/tour';
import { type WellUsed, wellUsed } from './story/well-used';

const readme = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const folder = process.env.SCREENS ?? 'test-results/pages';
const widths = { desktop: 1280, phone: 390 } as const;

interface Look {
  width: keyof typeof widths;
  theme: 'light' | 'dark';
}

test('pictures', async ({ page, browser, stage }) => {
  test.skip(process.env.SCREENSHOTS !== '1', 'pictures are taken by scripts/screenshots');
  test.setTimeout(1_800_000);
  const place = await wellUsed(page, stage);
  const storage = await page.context().storageState();
  const tour = tourOf(place);
  for (const width of ['desktop', 'phone'] as const) {
    for (const theme of ['light', 'dark'] as const) {
      for (const stop of tour) {
        await take(browser, { place, storage, stop, look: { width, theme } });
      }
    }
  }
});

interface Shot {
  place: WellUsed;
  storage: Awaited<ReturnType<BrowserContext['storageState']>>;
  stop: Stop;
  look: Look;
}

/** The pictures that the README shows, by page and look. */
const shown: Record<string, string> = {
  'dashboard desktop light': 'dashboard-light.png',
  'service desktop dark': 'service-dark.png',
  'dashboard phone light': 'dashboard-phone.png',
};

async function take(browser: Browser, { place, storage, stop, look }: Shot): Promise<void> {
  const { width, theme } = look;
  const context = await browser.newContext({
    ...(width === 'phone' ? devices['Pixel 7'] : {}),
    viewport: { width: widths[width], height: 844 },
    deviceScaleFactor: width === 'phone' ? 2 : 1,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    colorScheme: theme,
    reducedMotion: 'reduce',
    ...(stop.outside === true ? {} : { storageState: storage }),
  });
  const page = await context.newPage();
  await page.goto(place.installation.origin + stop.path);
  await stop.ready(page);
  await page.evaluate(() => document.fonts.ready);
  // A whole page: the window is as high as what it shows.
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: widths[width], height: Math.max(844, height) });
  await page.waitForTimeout(400);
  const path = `${folder}/${stop.name}-${width}-${theme}.png`;
  await page.screenshot({ path });
  const name = shown[`${stop.name} ${width} ${theme}`];
  if (name !== undefined) copyFileSync(path, readme + name);
  await context.close();
}
