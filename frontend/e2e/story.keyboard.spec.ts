/** The main story with the keyboard alone, against the real program: nobody touches a mouse here. */
import type { Page } from '@playwright/test';
import { linger, pressInOneGo } from './patience';
import { Installation, setupLink } from './story/installation';
import { expect, person, tabTo, test } from './story/stage';

const LIVE = { timeout: 60_000 };

/** Arrives at a labelled field as one does: with the Tab key. */
async function typeInto(page: Page, label: string, words: string): Promise<void> {
  await tabTo(page, label, 'textbox');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(words);
}

/** Opens a menu from the keyboard and chooses by the first letters of an entry. */
async function choose(page: Page, menu: string, entry: string): Promise<void> {
  await tabTo(page, menu, 'button');
  await page.keyboard.press('Enter');
  const wanted = page.getByRole('menuitem', { name: entry });
  await expect(page.getByRole('menuitem').first()).toBeFocused();
  for (let step = 0; step < 8; step += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press('ArrowDown');
  }
  await expect(wanted).toBeFocused();
  await page.keyboard.press('Enter');
}

test('from the set-up link to a resolved incident without a mouse', async ({ page, stage }) => {
  test.setTimeout(600_000);
  await linger(page.context());
  const target = await stage.target();
  const database = await stage.database();
  const installation = await Installation.prepare(stage, { DATABASE_URL: database.url });
  const heading = page.getByRole('heading', { level: 1 });

  await test.step('the first account', async () => {
    await page.goto(await setupLink(await installation.start()));
    await expect(heading).toHaveText('Make the first account');
    await typeInto(page, 'Name', person.name);
    await typeInto(page, 'E-mail', person.email);
    await typeInto(page, 'Password', person.password);
    await page.keyboard.press('Enter');
  });

  await test.step('the first service', async () => {
    await expect(page.getByRole('combobox', { name: 'Address or name' })).toBeFocused();
    await page.keyboard.type(`${target.origin}/health`);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('region', { name: 'What we saw' })).toContainText(
      'It answered 200',
    );
    await typeInto(page, 'Name', 'Shop');
    await tabTo(page, 'Look every', 'combobox');
    await page.keyboard.type('10 s');
    await tabTo(page, 'Save and watch', 'button');
    await page.keyboard.press('Enter');
    await expect(heading).toContainText('Shop is up', LIVE);
  });

  await test.step('it breaks, and its incident is read', async () => {
    await target.answer(503);
    await choose(page, 'Actions for Shop', 'Look now');
    await expect(heading).toContainText('Shop is down', LIVE);
    await pressInOneGo(page, 'gi', `${installation.origin}/incidents`);
    await expect(heading).toHaveText('1 incident is open', LIVE);
    await tabTo(page, 'Shop is down', 'link');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'First failing look' })).toBeVisible();
    await expect(page.getByText('Status 503, expected 200.').first()).toBeVisible();
  });

  await test.step('it recovers', async () => {
    await target.answer(200);
    await expect(heading).toContainText('Shop was down for', LIVE);
    await tabTo(page, 'Open the service', 'link');
    await page.keyboard.press('Enter');
    await expect(heading).toContainText('Shop is up', LIVE);
  });

  await test.step('it is edited, left unsaved once, then saved', async () => {
    await tabTo(page, 'Edit', 'link');
    await page.keyboard.press('Enter');
    await expect(heading).toHaveText('Edit Shop');
    await typeInto(page, 'Name', 'Shop front');
    await tabTo(page, 'Incidents', 'link');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Stay' })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(heading).toHaveText('Edit Shop');
    await tabTo(page, 'Save changes', 'button');
    await page.keyboard.press('Enter');
    await expect(heading).toContainText('Shop front is up', LIVE);
  });

  await test.step('it is paused, resumed and duplicated', async () => {
    await choose(page, 'Actions for Shop front', 'Pause');
    await expect(heading).toContainText('Shop front is paused', LIVE);
    await choose(page, 'Actions for Shop front', 'Resume');
    await expect(heading).toContainText('Shop front is up', LIVE);
    await choose(page, 'Actions for Shop front', 'Duplicate');
    await expect(heading).toHaveText('Duplicate Shop front');
    await tabTo(page, 'Save and watch', 'button');
    await page.keyboard.press('Enter');
    await expect(heading).toContainText('Shop front (copy) is up', LIVE);
  });

  await test.step('the copy is deleted and brought back', async () => {
    await choose(page, 'Actions for Shop front (copy)', 'Delete');
    await expect(page).toHaveURL(`${installation.origin}/`);
    await tabTo(page, 'Undo', 'button');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('link', { name: 'Shop front (copy)', exact: true })).toBeVisible();
  });
});
