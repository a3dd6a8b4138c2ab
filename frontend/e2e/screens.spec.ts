/** A picture of every page in both themes and at phone width, to be looked at by a person. */
import { pages } from './fixture/pages';
import { choose, test } from './fixture/start';

const looks = [
  ['desktop', 1280, 860, 'light'],
  ['desktop', 1280, 860, 'dark'],
  ['phone', 390, 844, 'light'],
  ['phone', 390, 844, 'dark'],
  ['narrow', 320, 640, 'light'],
] as const;

for (const [width, w, h, theme] of looks) {
  for (const [name, scenario, path] of pages) {
    test(`${name} ${width} ${theme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width: w, height: h });
      await choose(page, scenario);
      await page.goto(path);
      await page.locator('h1').first().waitFor();
      await page.waitForLoadState('load');
      await page.waitForTimeout(700);
      await page.screenshot({
        path: `${process.env.SCREENS ?? 'test-results/screens'}/${name}-${width}-${theme}.png`,
        fullPage: true,
      });
    });
  }
}
