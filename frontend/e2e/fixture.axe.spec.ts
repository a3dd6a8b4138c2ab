/** No page has an accessibility violation, in either theme. */
import AxeBuilder from '@axe-core/playwright';
import { pages } from './fixture/pages';
import { choose, expect, test } from './fixture/start';

for (const theme of ['light', 'dark'] as const) {
  for (const [name, scenario, path] of pages) {
    test(`${name} in ${theme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await choose(page, scenario);
      await page.goto(path);
      await page.locator('h1').first().waitFor();
      await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
      await page.waitForLoadState('networkidle').catch(() => undefined);
      const found = await new AxeBuilder({ page })
        // Experimental in axe, asked for by Lighthouse: who speaks to a button says what stands on it.
        .options({ rules: { 'label-content-name-mismatch': { enabled: true } } })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
        .analyze();
      expect(
        found.violations.map(
          ({ id, nodes }) => `${id}: ${nodes[0]?.html} (${nodes[0]?.failureSummary})`,
        ),
      ).toEqual([]);
    });
  }
}

test('menus and dialogs in both themes', async ({ page }) => {
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await choose(page, 'busy');
    await page.goto('/services/new');
    await page.getByText('Advanced').click();
    await page.getByRole('button', { name: 'Add a header' }).click();
    await page.getByRole('button', { name: 'Add a condition' }).click();
    await page.getByRole('button', { name: /Account menu/ }).click();
    const open = await new AxeBuilder({ page }).analyze();
    expect(open.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Paste a list' }).click();
    const dialog = await new AxeBuilder({ page }).analyze();
    expect(dialog.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  }
});
