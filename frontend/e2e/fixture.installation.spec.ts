/** The workspace’s settings and the installation’s health. */
import { choose, expect, test } from './fixture/start';
import { neverByItself } from './patience';

test('the workspace gets another name, and a wrong one is said at its field', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/');
  await page.getByRole('button', { name: /Account menu/ }).click();
  await page.getByRole('menuitem', { name: 'Workspace settings' }).click();
  await expect(page).toHaveURL('/settings');
  const save = page.getByRole('button', { name: 'Save name' });
  await expect(save).toBeDisabled();
  await page.getByRole('textbox', { name: 'Name' }).fill('x'.repeat(201));
  await save.click();
  await expect(page.getByText('Name must be 1 to 200 characters long.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Name' }).fill('Night watch');
  await save.click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Night watch');
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Night watch');
  await expect(page.getByText('17 of 1,000')).toBeVisible();
});

test('operators see how the installation is; others are told that it is not for them', async ({
  page,
}) => {
  await choose(page, 'busy');
  await page.goto('/system');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('One worker is silent');
  await expect(page.getByRole('row', { name: /worker-3/ })).toContainText(/Silent, heard 3.min/);
  await choose(page, 'viewer');
  await page.goto('/');
  await page.getByRole('button', { name: /Account menu/ }).click();
  await expect(page.getByRole('menuitem', { name: 'System health' })).toHaveCount(0);
  await page.goto('/system');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    'This page is not open to your account',
  );
  await page.goto('/settings');
  await expect(page.getByText('Only an owner can give it another name.')).toBeVisible();
});

test('figures that do not come have a sentence and another try', async ({ page }) => {
  await neverByItself(page);
  await choose(page, 'busy');
  await page.route('**/api/system', (route) => route.fulfill({ status: 500, body: '{}' }));
  await page.goto('/system');
  await expect(page.getByRole('alert')).toContainText('could not be loaded', { timeout: 15_000 });
  await page.unroute('**/api/system');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('One worker is silent');
});
