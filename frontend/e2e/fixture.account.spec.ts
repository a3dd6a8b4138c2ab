/** An address that is shown to be one's own, and the report of the week. */
import { choose, expect, serviceId, test } from './fixture/start';

test('an address is verified by a link, and then a report can be chosen', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/account');
  await expect(page.getByText('ada@example.com · Not verified')).toBeVisible();
  await expect(page.getByText('Verify your address first')).toBeVisible();
  await page.getByRole('button', { name: 'Send a link' }).click();
  await expect(page.getByText('ada@example.com · A link is on its way')).toBeVisible();
  await page.getByRole('button', { name: 'Send it again' }).click();
  await expect(page.getByText('Too many requests. Try again in 60 s.').first()).toBeVisible();
  await page.goto('/verify?token=mine');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/Is the address yours/);
  await page.getByRole('button', { name: 'Verify the address' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('ada@example.com is verified');
  await page.goto('/account');
  await expect(page.getByText('ada@example.com · Verified')).toBeVisible();
  const wanted = page.getByLabel('Send me a report of the week by mail');
  await wanted.click();
  await expect(page.getByText('A report comes every Monday.')).toBeVisible();
  await expect(wanted).toBeChecked();
  // Whoever never chose a zone is offered their own.
  await expect(page.getByLabel('Time zone')).toHaveValue('Europe/Berlin');
  const day = page.getByLabel('Day', { exact: true });
  // While one choice is being saved no other is taken.
  await expect(async () => {
    await day.selectOption('Friday');
    await expect(day).toHaveValue('friday', { timeout: 1_000 });
  }).toPass();
  await expect(page.getByText('Changed.')).toBeVisible();
  await page.reload();
  await expect(day).toHaveValue('friday');
});

test('a report is switched off by the link in it, without signing in', async ({ page }) => {
  await choose(page, 'few');
  await page.goto('/unsubscribe?token=stop');
  await page.getByRole('button', { name: 'No more mail' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No more weekly reports come');
  await page.goto('/account');
  await expect(page.getByLabel('Send me a report of the week by mail')).not.toBeChecked();
});

test('another address takes the place of the old one when its link is opened', async ({ page }) => {
  await choose(page, 'few');
  await page.goto('/account');
  await page.getByRole('button', { name: 'Change address…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('New address').fill('grace@example.com');
  await dialog.getByLabel('Password').fill('four words in a row');
  await dialog.getByRole('button', { name: 'Send the link' }).click();
  await expect(dialog.getByText('New address is already taken.')).toBeVisible();
  await dialog.getByLabel('New address').fill('ada@lovelace.example');
  await dialog.getByRole('button', { name: 'Send the link' }).click();
  await expect(
    page.getByText(/Open the link in the message to ada@lovelace.example/),
  ).toBeVisible();
  await page.goto('/verify?token=mine');
  await page.getByRole('button', { name: 'Verify the address' }).click();
  await page.goto('/account');
  await expect(page.getByText('ada@lovelace.example · Verified')).toBeVisible();
});

test('a link that was used says so, and an installation without mail says that', async ({
  page,
}) => {
  await choose(page, 'healthy');
  await page.goto('/verify?token=old');
  await page.getByRole('button', { name: 'Verify the address' }).click();
  await expect(page.getByText('This link was used before. Ask for another one.')).toBeVisible();
  await page.goto('/account');
  await expect(page.getByText(/This installation sends no mail/)).toBeVisible();
  await expect(page.getByLabel('Send me a report of the week by mail')).toHaveCount(0);
});

test('who signs out right after a deletion has deleted it', async ({ page }) => {
  await choose(page, 'busy');
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'DELETE' || request.url().endsWith('/logout')) {
      sent.push(`${request.method()} ${new URL(request.url()).pathname}`);
    }
  });
  await page.goto('/');
  await page.getByRole('button', { name: 'Actions for NAS' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: /^Account menu|ada@example\.com/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/login/);
  expect(sent).toEqual([`DELETE /api/services/${serviceId(14)}`, 'POST /api/auth/logout']);
});

test('who signs out over something that is not saved is asked before anything is gone', async ({
  page,
}) => {
  await choose(page, 'busy');
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/logout')) sent.push(request.url());
  });
  await page.goto('/settings');
  const name = page.getByRole('textbox');
  await name.fill('Another name');
  const signOut = async () => {
    await page.getByRole('button', { name: /Account menu/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
  };
  const question = page.getByRole('dialog', { name: 'Leave without saving?' });
  await signOut();
  await question.getByRole('button', { name: 'Stay' }).click();
  await expect(question).toHaveCount(0);
  expect(sent).toEqual([]);
  await expect(name).toHaveValue('Another name');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The workspace is called Another name now.')).toBeVisible();
  await name.fill('A third name');
  await signOut();
  await question.getByRole('button', { name: 'Leave' }).click();
  await expect(page).toHaveURL(/\/login\?signed_out=1$/);
  await expect(question).toHaveCount(0);
  expect(sent).toHaveLength(1);
});
