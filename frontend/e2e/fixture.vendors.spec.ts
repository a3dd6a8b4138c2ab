/** Following what vendors publish, told against fixtures. */
import { choose, expect, happen, serviceId, settled, test } from './fixture/start';

const box = { name: 'What do you want to watch?' };

test('a name is found in the catalogue, and two components become two services', async ({
  page,
}) => {
  await choose(page, 'busy');
  await page.goto('/services/new');
  const asked = page.waitForResponse(/api\/catalogue\?.*q=for(&|$)/);
  await page.getByRole('combobox', box).pressSequentially('for');
  await asked;
  await settled(page);
  const list = page.getByRole('listbox', { name: 'Well-known services' });
  await expect(list.getByRole('option')).toHaveCount(3);
  await page.keyboard.press('ArrowDown');
  await expect(list.getByRole('option', { selected: true })).toContainText('Forge');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('radio', { name: 'Status page' })).toBeChecked();

  const found = page.getByRole('region', { name: 'What the page offers' });
  await expect(found).toContainText('Forge Status');
  await expect(found).toContainText('published with Atlassian Statuspage');
  await expect(found).toContainText('1 open incident');
  const api = page.getByRole('checkbox', { name: /API Requests/ });
  await expect(page.locator('label', { has: api })).toContainText('partial outage');
  await page.getByPlaceholder('Find a component').fill('login');
  await expect(api).toBeHidden();
  await page.getByRole('region', { name: 'Accounts' }).getByRole('checkbox').check();
  await page.getByPlaceholder('Find a component').fill('');
  await api.check();
  await expect(page.getByText('2 chosen')).toBeVisible();
  await expect(page.getByText('Forge · Accounts · Login')).toBeVisible();
  await page.getByLabel('Category').fill('Vendors');
  await page.getByRole('button', { name: 'Watch 2 components' }).click();
  await expect(page.getByText('2 services are watched from now on.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Forge · API Requests', exact: true })).toBeVisible();
});

test('one component is named as one likes; the page as a whole takes the vendor’s name', async ({
  page,
}) => {
  await choose(page, 'busy');
  await page.goto('/services/new');
  await page.getByText('Status page', { exact: true }).click();
  await page.getByRole('combobox', box).fill('status.forge.example');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('checkbox', { name: /The page as a whole/ }).check();
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveAttribute('placeholder', 'Forge');
  await page.getByRole('textbox', { name: 'Name' }).fill('Our forge');
  await page.getByRole('button', { name: 'Save and watch' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Our forge is up');
});

test('an address of a status page is taken for one; a service with a page of its own is said', async ({
  page,
}) => {
  await choose(page, 'busy');
  await page.goto('/services/new');
  await page.getByRole('combobox', box).fill('https://api.forge.example/v1');
  await expect(page.getByText('Forge publishes its own status.')).toBeVisible();
  await page.getByRole('combobox', box).fill('https://status.forge.example/history');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByRole('radio', { name: 'Status page' })).toBeChecked();
  await expect(page.getByRole('region', { name: 'What the page offers' })).toBeVisible();
  await page.getByText('HTTP', { exact: true }).click();
  await expect(page.getByRole('button', { name: 'Look' })).toBeVisible();
});

test('nothing found: advice, what was tried, and only then addresses of one’s own', async ({
  page,
}) => {
  await choose(page, 'busy');
  await page.goto('/services/new');
  await page.getByText('Status page', { exact: true }).click();
  await expect(page.getByRole('button', { name: 'Validate' })).toHaveCount(0);
  await page.getByRole('combobox', box).fill('nothing.example');
  await page.keyboard.press('Enter');
  await expect(page.getByText('No status page was found at this address.')).toBeVisible();
  await expect(page.getByText('Nothing at this address says how a service is.')).toBeVisible();
  await expect(page.getByText('404').first()).toBeHidden();
  await page.getByText('What was tried').click();
  await expect(page.getByText('404').first()).toBeVisible();

  await page.getByRole('textbox', { name: 'Address 1' }).fill('https://bad.example/x.json');
  await page.getByRole('button', { name: 'Validate' }).click();
  await expect(page.getByRole('alert')).toContainText('Nothing at this address');
  await page.getByRole('button', { name: 'Add another' }).click();
  await page.getByRole('button', { name: 'Add another' }).click();
  await page.getByRole('button', { name: 'Remove address 3' }).click();
  await page
    .getByRole('textbox', { name: 'Address 2' })
    .fill('https://good.example/components.json');
  await page.getByRole('button', { name: 'Validate' }).click();
  await expect(
    page.getByText('Nothing usable came from https://bad.example/x.json.'),
  ).toBeVisible();
  await page.getByRole('checkbox', { name: /Git Operations/ }).check();
  await page.getByRole('button', { name: 'Save and watch' }).click();
  const how = page.getByRole('region', { name: 'How it is watched' });
  await expect(how).toContainText('https://good.example/components.json');
  await expect(how).not.toContainText('bad.example');
  await expect(how).toContainText('Git Operations');
  await expect(how).toContainText('1 minute');
});

test('a vendor’s service: its words apart from our verdict, banners, no latency', async ({
  page,
}) => {
  await choose(page, 'vendors');
  await page.goto(`/services/${serviceId(2)}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(
    'Forge · API Requests is down',
  );
  const said = page.getByRole('region', { name: 'What Forge says' });
  await expect(said).toContainText('Forge says of API Requests: partial outage');
  await expect(said).toContainText(/read \d+\s(s|min) ago/);
  await expect(said).toContainText('We count it as Down');
  const banner = page.getByRole('region', { name: /Reported by the vendor: Elevated error rates/ });
  await expect(banner).toContainText('The cause has been found');
  await expect(banner.getByText('We are looking into reports.')).toBeHidden();
  await banner.getByText('1 earlier update').click();
  await expect(banner.getByText('We are looking into reports.')).toBeVisible();
  await expect(banner.getByRole('link')).toHaveAttribute('rel', /noopener/);
  await expect(page.getByRole('region', { name: /Maintenance is planned/ })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Also on this page' })).toContainText(
    'Slow e-mail notifications',
  );
  for (const absent of ['Latency', 'Last look']) {
    await expect(page.getByRole('heading', { name: absent })).toHaveCount(0);
  }
  await expect(page.getByText('Certificate')).toHaveCount(0);
  for (const there of ['Uptime', 'Incidents', 'Checks']) {
    await expect(page.getByRole('heading', { name: there }).first()).toBeVisible();
  }
});

test('a component that is gone: what it may be called now, one click to follow it', async ({
  page,
}) => {
  await choose(page, 'vendors');
  await page.goto(`/services/${serviceId(5)}`);
  const gone = page.getByRole('region', { name: '“Old API” is no longer on the page' });
  await expect(page.getByText('the last 3 attempts failed')).toBeVisible();
  await expect(page.getByText(/tried again at \d\d:\d\d/)).toBeVisible();
  const sent = page.waitForRequest((request) => request.method() === 'PUT');
  await gone.getByRole('button', { name: 'Follow “API Requests” instead' }).click();
  expect((await sent).headers()['if-match']).toBe('"1"');
  await expect(page.getByText('API Requests is followed from now on.')).toBeVisible();
  await expect(gone).toHaveCount(0);
});

test('a page that asks to be left alone says so', async ({ page }) => {
  await choose(page, 'vendors');
  await page.goto(`/services/${serviceId(6)}`);
  const said = page.getByRole('region', { name: 'What Payments says' });
  await expect(said).toContainText(/read \d+\s(s|min) ago/);
  await expect(said).toContainText(/delayed by the page until \d\d:\d\d/);
});

test('on the dashboard: page and component, no latency, a mark, and a filter by kind', async ({
  page,
}) => {
  await choose(page, 'vendors');
  await page.goto('/');
  const row = page
    .getByRole('listitem')
    .filter({ has: page.getByRole('link', { name: 'Forge · Console · Login', exact: true }) });
  await expect(row).toContainText('Forge Status / Login');
  await expect(row).toContainText('—');
  await expect(row).toContainText('Maintenance is under way: Moving the console');
  // A short list needs no filters of its own; an address may have one all the same.
  await page.goto('/?type=http_ping');
  await expect(page.getByRole('link', { name: 'Deploy hook', exact: true })).toBeVisible();
  await expect(row).toHaveCount(0);
  await page.goto('/?type=status_page');
  await expect(row).toBeVisible();
  await expect(page.getByRole('link', { name: 'Deploy hook', exact: true })).toHaveCount(0);
});

test('them or us: an incident says first what it depends on', async ({ page }) => {
  await choose(page, 'vendors');
  await page.goto('/incidents');
  await page.getByRole('link', { name: 'Deploy hook is down' }).click();
  await expect(page).toHaveURL(/\/incidents\/./);
  await expect(page.getByRole('heading', { name: 'Timeline' })).toBeVisible();
  const first = page.getByText('Forge says of API Requests: partial outage').first();
  const above = await first.evaluate((words) => {
    const heading = document.querySelector('h1');
    if (heading === null) throw new Error('no heading');
    return heading.getBoundingClientRect().top - words.getBoundingClientRect().top;
  });
  expect(above).toBeGreaterThan(0);
  await page.goto('/incidents');
  await page.getByRole('link', { name: 'Forge · API Requests is down' }).click();
  await expect(page.getByText('The vendor on “Elevated error rates on API Requests”')).toHaveCount(
    2,
  );
  await expect(page.getByText('The cause has been found')).toBeVisible();
  await expect(page.getByText('The vendor says')).toHaveCount(2);
});

test('what a service depends on is suggested from its host, chosen and kept', async ({ page }) => {
  await choose(page, 'vendors');
  await page.goto(`/services/${serviceId(1)}/edit`);
  const depends = page.getByRole('group', { name: 'Depends on' });
  await expect(depends).toContainText('Forge Status · API Requests');
  await depends.getByRole('button', { name: 'Choose from Forge' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('checkbox', { name: /Webhooks/ }).check();
  await dialog.getByRole('button', { name: 'Add' }).click();
  await expect(depends).toContainText('Forge · Webhooks');
  await depends.getByRole('button', { name: 'Remove Forge Status · API Requests' }).click();
  const behind = page.getByRole('group', { name: 'Stands behind' });
  await behind.getByRole('combobox', { name: 'Search your services' }).fill('Forge');
  const offered = page.getByRole('listbox', { name: 'Your services' });
  await offered.getByRole('option', { name: /Git Operations/ }).click();
  await expect(behind.getByRole('button', { name: /^Remove Forge/ })).toBeVisible();
  await page.getByRole('button', { name: 'Save changes' }).click();
  const shown = page.getByRole('region', { name: 'Depends on' });
  await expect(shown).toContainText('Webhooks');
  await expect(shown.getByRole('link', { name: /^Forge/ })).toHaveCount(2);
  await expect(shown).not.toContainText('API Requests');
});

test('a change that came too late says so and loads the newer version', async ({ page }) => {
  await choose(page, 'vendors');
  await page.goto(`/services/${serviceId(2)}/edit`);
  await page.getByRole('textbox', { name: 'Name' }).fill('Forge API');
  await happen(page, { touch: serviceId(2) });
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('alert')).toContainText('It was changed meanwhile');
  await page.getByRole('button', { name: 'Load their version' }).click();
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('Forge · API Requests');
  await page.getByRole('textbox', { name: 'Name' }).fill('Forge API');
  await page.getByLabel('A partial outage counts as').selectOption('degraded');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Forge API is');
});

test('another component of the page is chosen when editing', async ({ page }) => {
  await choose(page, 'vendors');
  await page.goto(`/services/${serviceId(3)}/edit`);
  await page.getByRole('button', { name: 'Choose another' }).click();
  await expect(page.getByRole('radio', { name: /Git Operations/ })).toBeChecked();
  await page.getByRole('radio', { name: /Webhooks/ }).check();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('region', { name: 'What Forge says' })).toContainText('Webhooks');
});

test('where else a page may be read is searched without a box inside a box', async ({ page }) => {
  await choose(page, 'vendors');
  await page.goto(`/services/${serviceId(3)}/edit`);
  await page.getByRole('button', { name: 'Choose another' }).click();
  await page.getByText('Where it is read').click();
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'Forge' })).toBeVisible();
  await expect(page.locator('details .border.bg-surface').first()).toBeVisible();
  await expect(page.locator('details.border')).toHaveCount(0);
});

test('viewers see everything and no button that they may not use', async ({ page }) => {
  await choose(page, 'viewer');
  await page.goto('/');
  await expect(page.getByRole('region', { name: 'Open incidents' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Storefront', exact: true })).toBeVisible();
  await settled(page);
  // How the list is ordered is everybody's own.
  for (const name of ['Add service', /^Actions for (?!the category)/]) {
    await expect(page.getByRole('link', { name })).toHaveCount(0);
    await expect(page.getByRole('button', { name })).toHaveCount(0);
  }
  await page.goto(`/services/${serviceId(2)}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('is down');
  await settled(page);
  for (const name of ['Edit', 'Look now', /^Actions for/]) {
    await expect(page.getByRole('button', { name })).toHaveCount(0);
    await expect(page.getByRole('link', { name })).toHaveCount(0);
  }
});

test('signing out in one tab leads the other ones to the sign-in at once', async ({
  page,
  context,
}) => {
  await choose(page, 'busy');
  const other = await context.newPage();
  await other.goto('/incidents');
  await page.goto('/');
  await expect(other.getByRole('heading', { level: 1 })).toBeVisible();
  await page.getByRole('button', { name: /Account menu/ }).click();
  const signedOut = page.waitForResponse('**/api/auth/logout');
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await signedOut;
  await expect(other).toHaveURL(/\/login/);
});

test('a status page that is typed on the empty dashboard is searched, and not looked at as a website', async ({
  page,
}) => {
  await choose(page, 'empty');
  for (const open of ['/', '/services/new?url=status.forge.example&look=1']) {
    await page.goto(open);
    if (open === '/') {
      await page.getByRole('combobox').fill('status.forge.example');
      await page.getByRole('button', { name: 'Look', exact: true }).click();
    }
    const found = page.getByRole('region', { name: 'What the page offers' });
    await expect(found).toContainText('Forge Status');
    await expect(page.getByRole('radio', { name: 'Status page' })).toBeChecked();
    await expect(page.getByRole('region', { name: 'What we saw' })).toHaveCount(0);
  }
});
