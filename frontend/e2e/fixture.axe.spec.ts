/** No page has an accessibility violation, in either theme. */
import AxeBuilder from '@axe-core/playwright';
import { test as looking, type Page } from '@playwright/test';
import { pages } from './fixture/pages';
import { choose, expect, onePage, settled, shown, test } from './fixture/start';

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Without frames of others there is nothing that axe would have to gather in a page of its own. */
const look = (page: Page) => new AxeBuilder({ page }).setLegacyMode();

async function violations(axe: AxeBuilder): Promise<string[]> {
  const found = await axe.analyze();
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes[0]?.html} (${nodes[0]?.failureSummary})`,
  );
}

/** The themes differ in colours and in nothing else. */
async function coloursInTheDark(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark' });
  return await violations(look(page).withRules(['color-contrast', 'link-in-text-block']));
}

const onlyPage = onePage();
for (const [name, scenario, path] of pages) {
  looking(`${name} in light and dark`, async () => {
    const page = onlyPage();
    await page.emulateMedia({ colorScheme: 'light' });
    await choose(page, scenario);
    await page.goto(path);
    await shown(page);
    const inLight = look(page)
      // Experimental in axe, asked for by Lighthouse: who speaks to a button says what stands on it.
      .options({ rules: { 'label-content-name-mismatch': { enabled: true } } })
      .withTags(standards);
    expect(await violations(inLight)).toEqual([]);
    expect(await coloursInTheDark(page)).toEqual([]);
  });
}

test('menus and dialogs in both themes', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await choose(page, 'busy');
  await page.goto('/services/new');
  await page.getByText('Advanced').click();
  await page.getByRole('button', { name: 'Add a header' }).click();
  await page.getByRole('button', { name: 'Add a condition' }).click();
  for (const open of [/Account menu/, 'Paste a list']) {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByRole('button', { name: open }).click();
    await expect(page.getByRole(open === 'Paste a list' ? 'dialog' : 'menu')).toBeVisible();
    await settled(page);
    expect(await violations(look(page))).toEqual([]);
    expect(await coloursInTheDark(page)).toEqual([]);
    await page.keyboard.press('Escape');
  }
});

test('the preview of a letter in both themes', async ({ page, complaints }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await choose(page, 'few');
  await page.goto('/notices');
  await page
    .getByRole('region', { name: 'Mailbox' })
    .getByRole('button', { name: 'Preview' })
    .click();
  await expect(page.getByTitle('Letter: Down: Example')).toBeVisible();
  await settled(page);
  // Nothing runs inside the frame, axe neither.
  const around = () => look(page).exclude('iframe');
  expect(await violations(around())).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  const colours = around().withRules(['color-contrast', 'link-in-text-block']);
  expect(await violations(colours)).toEqual([]);
  const ofTheFrame = /^Blocked script execution in 'about:srcdoc'/;
  complaints.splice(0, complaints.length, ...complaints.filter((one) => !ofTheFrame.test(one)));
});
