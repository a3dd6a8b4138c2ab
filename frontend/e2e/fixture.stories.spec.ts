/** What people do, told against fixtures. */
import { inFilters } from './fixture/phone';
import { choose, expect, happen, incidentId, serviceId, test } from './fixture/start';

test('signing in leads back to the page that was asked for', async ({ page }) => {
  await choose(page, 'signed-out');
  await page.goto(`/services/${serviceId(2)}?range=7d`);
  await expect(page).toHaveURL(/\/login\?next=/);
  await expect(page.getByRole('link', { name: 'Continue with Google' })).toBeVisible();
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toHaveText('E-mail or password is wrong.');
  await page.getByLabel('Password').fill('four words in a row');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(`/services/${serviceId(2)}?range=7d`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Checkout API is down');
});

test('each sign-in error has its sentence', async ({ page }) => {
  await choose(page, 'signed-out');
  await page.goto('/login?error=sign_up_closed');
  await expect(page.getByRole('alert')).toContainText('takes no new accounts');
  await page.goto('/login?error=never_heard_of');
  await expect(page.getByRole('alert')).toContainText('never_heard_of');
});

test('a set-up link that is used or incomplete says what to do', async ({ page }) => {
  await choose(page, 'fresh');
  await page.goto('/setup');
  await expect(page.getByText('The set-up link is incomplete')).toBeVisible();
  await page.goto('/login');
  await page.goto('/setup#token=used');
  await page.getByLabel('Name').fill('Ada');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('four words in a row');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('alert')).toContainText('no longer valid');
});

test('a site that refuses robots can be accepted as up', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/services/new');
  await page
    .getByRole('combobox', { name: 'What do you want to watch?' })
    .fill('refuses.example.com');
  await page.getByRole('button', { name: 'Look' }).click();
  const seen = page.getByRole('region', { name: 'What we saw' });
  await expect(seen).toContainText('Status 403, expected 200.');
  await expect(seen).toContainText('refuses robots');
  await expect(seen).toContainText('First byte');
  await expect(seen).toContainText('Certificate expires in 39 days');
  await seen.getByRole('button', { name: 'Accept 403 as up' }).click();
  await expect(seen).toContainText('It answered 403');
  await page.getByRole('button', { name: 'Save and watch' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('refuses.example.com');
});

for (const [host, status, words] of [
  ['guarded.example.com', 401, 'refuses robots with 401'],
  ['limited.example.com', 429, 'limits how often robots may ask'],
] as const) {
  test(`a site that answers ${status} can be asked with a header`, async ({ page }) => {
    await choose(page, 'busy');
    await page.goto(`/services/new?url=${host}&look=1`);
    const seen = page.getByRole('region', { name: 'What we saw' });
    await expect(seen).toContainText(words);
    await expect(seen.getByRole('button', { name: `Accept ${status} as up` })).toBeVisible();
    await expect(page.getByLabel('Header name')).toBeHidden();
    await seen.getByRole('button', { name: 'Add a header' }).click();
    await page.getByLabel('Header name').fill('Authorization');
    await page.getByLabel('Value').fill('Bearer abc');
    await expect(seen).toContainText('The fields have changed since this look.');
    await page.getByRole('button', { name: 'Look again' }).click();
    await expect(seen).toContainText('It answered 200');
  });
}

test('the server’s field errors stand at their fields, also in the folded part', async ({
  page,
}) => {
  await choose(page, 'busy');
  await page.goto('/services/new');
  await page
    .getByRole('combobox', { name: 'What do you want to watch?' })
    .fill('javascript:alert(1)');
  await page.getByRole('button', { name: 'Look' }).click();
  await expect(page.getByText('This is not an http or https address.')).toBeVisible();
  await page
    .getByRole('combobox', { name: 'What do you want to watch?' })
    .fill('http://169.254.169.254/');
  await page.getByText('Advanced').click();
  await page.getByLabel('Timeout').fill('99');
  await page.getByText('Advanced').click();
  await expect(page.getByLabel('Timeout')).toBeHidden();
  await page.getByRole('button', { name: 'Save and watch' }).click();
  await expect(page.getByText('This address is not reachable from here by policy.')).toBeVisible();
  await expect(page.getByText('Timeout must be from 100 to 30,000.')).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'What do you want to watch?' })).toBeFocused();
});

test('a pasted list adds several services', async ({ page }) => {
  await choose(page, 'empty');
  await page.goto('/');
  await page.getByRole('button', { name: 'Paste a list instead' }).click();
  await page
    .getByLabel('Addresses')
    .fill('https://one.example.com\nShop, two.example.com/health\nnot an address\n');
  await expect(page.getByText('2 services to add')).toBeVisible();
  await expect(page.getByText('1 line has no address')).toBeVisible();
  await page.getByLabel('Category for all').fill('Pasted');
  await page.getByRole('button', { name: 'Add 2 services' }).click();
  await expect(page.getByLabel('Addresses')).toHaveValue('not an address');
  await page.getByRole('button', { name: 'Close' }).first().click();
  await expect(page.getByRole('link', { name: 'Shop', exact: true })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Pasted' })).toBeVisible();
});

test('a list pasted where one address is asked for is taken for a list', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/services/new');
  const box = page.getByRole('combobox', { name: 'What do you want to watch?' });
  const paste = (pasted: string) =>
    box.evaluate((element, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', text);
      element.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      );
    }, pasted);
  const dialog = page.getByRole('dialog', { name: 'Add several services' });
  await paste('one.example.com\n');
  await expect(dialog).toHaveCount(0);
  await paste('one.example.com\ntwo.example.com\n');
  await expect(dialog).toContainText('2 services to add');
  await expect(box).toHaveValue('');
});

test('unsaved changes are not lost without a question', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto(`/services/${serviceId(1)}/edit`);
  await page.getByLabel('Name').fill('Shop front');
  const question = page.getByRole('dialog', { name: 'Leave without saving?' });
  await page.getByRole('link', { name: 'Incidents' }).click();
  await expect(question.getByRole('button', { name: 'Stay' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(question).toHaveCount(0);
  await expect(page.getByLabel('Name')).toHaveValue('Shop front');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Shop front is up');
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('Name').fill('Never saved');
  await page.getByRole('link', { name: 'Incidents' }).click();
  await question.getByRole('button', { name: 'Leave' }).click();
  await expect(page).toHaveURL('/incidents');
});

for (const [form, path, open, field] of [
  ['a channel', '/notices/new', null, 'Name'],
  ['a rule', '/notices', 'Add rule', 'Remind while it lasts'],
  ['a window', '/maintenance', 'Plan maintenance', 'What is done'],
  ['the name of the workspace', '/settings', null, 'Name'],
  ['a password', '/account', null, 'New password'],
  ['a list', '/services/new', 'Paste a list', 'Category'],
] as const) {
  test(`what was typed about ${form} is not lost without a question`, async ({ page }) => {
    await choose(page, 'busy');
    await page.goto('/incidents');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.goto(path);
    if (open !== null) await page.getByRole('button', { name: open }).first().click();
    const within = open === null ? page.locator('main') : page.getByRole('dialog');
    const box = within.getByLabel(field).last();
    const type = async () => {
      if ((await box.evaluate(({ tagName }) => tagName)) === 'SELECT')
        await box.selectOption({ index: 2 });
      else await box.fill('Something new');
    };
    const question = page.getByRole('dialog', { name: 'Leave without saving?' });
    const goAway = () =>
      open === null
        ? page.getByRole('link', { name: 'Incidents' }).first().click()
        : within.first().getByRole('button', { name: 'Close' }).click();
    await type();
    await goAway();
    await question.getByRole('button', { name: 'Stay' }).click();
    await expect(question).toHaveCount(0);
    await expect(box).toBeVisible();
    if (open !== null) {
      await page.keyboard.press('Escape');
      await question.getByRole('button', { name: 'Stay' }).click();
    }
    await goAway();
    await question.getByRole('button', { name: 'Leave' }).click();
    await expect(question).toHaveCount(0);
    if (open === null) await expect(page).toHaveURL('/incidents');
    else await expect(page.getByRole('dialog')).toHaveCount(0);
  });
}

test('a service is duplicated with what differs changed, and the original stays', async ({
  page,
}) => {
  await choose(page, 'busy');
  await page.goto(`/services/${serviceId(7)}`);
  await page.getByRole('button', { name: 'Actions for Public API' }).click();
  await page.getByRole('menuitem', { name: 'Duplicate' }).click();
  await expect(page).toHaveURL(`/services/${serviceId(7)}/copy`);
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await expect(name).toHaveValue('Public API (copy)');
  await expect(page.getByLabel('Category')).toHaveValue('Platform');
  await page.getByRole('textbox', { name: 'Address' }).fill('https://api.example.com/v3/status');
  await name.fill('Public API v3');
  await page.getByRole('button', { name: 'Save and watch' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Public API v3');
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByText('Advanced').click();
  await expect(page.getByPlaceholder('kept; type to replace')).toBeVisible();
  await page.goto('/');
  await expect(page.getByRole('link', { name: 'Public API', exact: true })).toBeVisible();
});

test('a site that refuses robots leads to its status page', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/services/new?url=refuses.example.com&look=1');
  const search = page.waitForRequest('**/api/services/discover');
  await page
    .getByRole('region', { name: 'What we saw' })
    .getByRole('button', { name: 'Watch its status page' })
    .click();
  await search;
  await expect(page.getByRole('radio', { name: 'Status page' })).toBeChecked();
});

test('a check opens to what failed where and how long each phase took', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto(`/services/${serviceId(2)}`);
  const log = page.getByRole('region', { name: 'Checks' }).last();
  const details = log.getByRole('button', { name: /Details of the check/ });
  await expect(details).toHaveCount(12);
  await details.first().click();
  await expect(log).toContainText('unexpected_status');
  await expect(log).toContainText('First byte');
  await page.getByRole('button', { name: 'Older checks' }).click();
  await expect(details).toHaveCount(24);
  await page.getByRole('button', { name: 'Older checks' }).click();
  await details.nth(24).click();
  await expect(log).toContainText('First failure');
});

test('the last look says what it found, also where the service counts as something else', async ({
  page,
}) => {
  await choose(page, 'busy');
  await page.goto('/about');
  await happen(page, {
    service: { id: serviceId(1), current_status: { status: 'maintenance' } },
  });
  await page.goto(`/services/${serviceId(1)}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('maintenance');
  const look = page.getByRole('region', { name: 'Last look' });
  await expect(look.getByText('Up', { exact: true })).toBeVisible();
  await expect(look.getByText('Maintenance', { exact: true })).toHaveCount(0);
});

test('the incident page shows the first failing look beside the last good one', async ({
  page,
}) => {
  await choose(page, 'busy');
  await page.goto('/incidents');
  await page.getByRole('link', { name: 'Checkout API is down' }).click();
  await expect(page).toHaveURL(`/incidents/${incidentId(1)}`);
  await expect(page.getByRole('heading', { name: 'First failing look' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Last good look' })).toBeVisible();
  await expect(page.getByText('(differs)')).toHaveCount(4);
  await expect(page.getByText('upstream connect error')).toBeVisible();
});

test('filters and ranges survive a reload', async ({ page, isMobile }) => {
  await choose(page, 'busy');
  await page.goto('/incidents');
  await inFilters(page, isMobile, async (where) => {
    const filter = where.getByRole('combobox', { name: 'Service' });
    await filter.fill('sear');
    await page.getByRole('option', { name: /Search/ }).click();
    await expect(filter).toHaveValue('Search');
    await where.getByText('Resolved', { exact: true }).click();
  });
  await page.getByText('90 d', { exact: true }).click();
  await page.reload();
  await expect(page.getByText('Search was degraded')).toBeVisible();
  await expect(page.getByText('Blog was down')).toHaveCount(0);
  await expect(page.getByText('1 incident in the last 90 days, of 1 service')).toBeAttached();
  await inFilters(page, isMobile, async (where) => {
    await expect(where.getByRole('combobox', { name: 'Service' })).toHaveValue('Search');
    await where.getByRole('button', { name: 'All services' }).click();
  });
  await expect(page.getByText('Blog was down')).toBeVisible();
  await expect(page).toHaveURL('/incidents?state=resolved&range=90d');
  await page.goto(`/services/${serviceId(1)}`);
  await page.getByText('30 d', { exact: true }).first().click();
  await expect(page).toHaveURL(/range=30d/);
});

test('sessions can be ended and a wrong password is said at its field', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/account');
  await page.getByRole('button', { name: 'End the session of Safari on iPhone' }).click();
  await expect(page.getByText('Safari on iPhone')).toHaveCount(0);
  await page.getByLabel('Current password').fill('wrong');
  await page.getByLabel('New password').fill('five words in a row');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Current password is not your password.')).toBeVisible();
});

test('erasing asks for the e-mail address in full', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/account');
  await page.getByRole('button', { name: 'Erase account…' }).click();
  const erase = page.getByRole('button', { name: 'Erase everything' });
  await expect(erase).toBeDisabled();
  await page.getByLabel('Type ada@example.com to confirm').fill('ada@example.com');
  await page.getByRole('dialog').getByLabel('Password').fill('four words in a row');
  await erase.click();
  await expect(page.getByText('Your account and its workspace are erased.')).toBeVisible();
});

test('the theme is chosen, kept and applied before the first paint', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/');
  await page.getByRole('button', { name: /Account menu/ }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('twelve hundred services: few rows in the document, pages fetched on the way down', async ({
  page,
}) => {
  await choose(page, 'many');
  await page.goto('/');
  const rows = page.getByRole('listitem').filter({ has: page.locator('[data-service]') });
  await rows.first().waitFor();
  expect(await rows.count()).toBeLessThan(60);
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await expect(page.getByRole('link', { name: 'Service 1190', exact: true })).toBeVisible();
  expect(await rows.count()).toBeLessThan(60);
});

test('no answer from the server has a page that goes on by itself', async ({ page }) => {
  await choose(page, 'healthy');
  await page.route('**/api/auth/me', (route) => route.abort());
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('PulseCheck does not answer');
  await page.unroute('**/api/auth/me');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('All systems operational', {
    timeout: 30_000,
  });
});

test('an answer that is an error says what it is, and goes on by itself', async ({ page }) => {
  await choose(page, 'broken');
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    'This page cannot be shown right now',
  );
  await expect(page.getByText('PulseCheck cannot reach its database right now')).toBeVisible();
  await choose(page, 'healthy');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('All systems operational', {
    timeout: 30_000,
  });
});

test('a window and a rule that were deleted can be brought back', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/maintenance');
  const backups = page.getByText('Backups of the database', { exact: true });
  await page.getByRole('button', { name: 'Delete Backups of the database' }).click();
  await expect(backups).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(backups).toBeVisible();
  await page.goto('/notices');
  const rule = page.getByText(/^Night duty hears when/);
  const panel = page.getByRole('region', { name: 'Night duty' });
  await panel.getByRole('button', { name: 'Change rule' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(rule).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(panel.getByText('#ops hears of it again.')).toBeVisible();
});

test('the choices of a service’s page stand in its address', async ({ page, isMobile }) => {
  await choose(page, 'busy');
  await page.goto(`/services/${serviceId(2)}`);
  const choice = (group: string, name: string) =>
    page.getByRole('group', { name: group }).getByRole('radio', { name, exact: true });
  // What is usual at that width stands there already.
  const [days, address] = isMobile ? ['90 d', /days=90/] : ['30 d', /days=30/];
  await choice('Days', days).click();
  await expect(page).toHaveURL(address);
  await choice('Show', 'Down').click();
  await expect(page).toHaveURL(/checks=down/);
  await page.reload();
  await expect(page).toHaveURL(address);
  await expect(choice('Days', days)).toBeChecked();
  await expect(choice('Show', 'Down')).toBeChecked();
});
