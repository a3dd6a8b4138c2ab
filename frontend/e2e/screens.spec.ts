/** A picture of every page in both themes and at phone width, to be looked at by a person. */
import { choose, incidentId, type Scenario, serviceId, test } from './fixture/start';

const pages: [name: string, scenario: Scenario, path: string][] = [
  ['dashboard', 'busy', '/'],
  ['dashboard-healthy', 'healthy', '/'],
  ['dashboard-first', 'empty', '/'],
  ['service-up', 'busy', `/services/${serviceId(1)}`],
  ['service-down', 'busy', `/services/${serviceId(2)}`],
  ['add', 'busy', '/services/new?url=shop.example.com&look=1'],
  ['add-refused', 'busy', '/services/new?url=refuses.example.com&look=1'],
  ['edit', 'busy', `/services/${serviceId(7)}/edit`],
  ['incidents', 'busy', '/incidents'],
  ['incident', 'busy', `/incidents/${incidentId(1)}`],
  ['account', 'busy', '/account'],
  ['about', 'busy', '/about'],
  ['login', 'signed-out', '/login?error=email_unverified'],
  ['setup', 'fresh', '/setup#token=good'],
  ['not-found', 'busy', '/nothing-here'],
];
const widths = [
  ['desktop', 1280, 860],
  ['phone', 390, 844],
  ['narrow', 320, 640],
] as const;

for (const theme of ['light', 'dark'] as const) {
  for (const [width, w, h] of widths) {
    if (width === 'narrow' && theme === 'dark') continue;
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
          path: `test-results/screens/${name}-${width}-${theme}.png`,
          fullPage: true,
        });
      });
    }
  }
}
