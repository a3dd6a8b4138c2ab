/** Somebody else's service: found by name, down with the vendor's words, resolved; its page away is nobody's outage. */
import type { Page } from '@playwright/test';
import { linger } from './patience';
import { Installation, setupLink } from './story/installation';
import { type IncidentRow, read, row, type ServiceRow, setUp } from './story/people';
import { expect, test } from './story/stage';
import { Vendor } from './story/vendor';

/** Pages are read once a minute; and time for a busy machine. */
const BY_ITSELF = { timeout: 90_000 };
const LIVE = { timeout: 15_000 };
/** Not oftener than a person may ask for looks. */
const LOOKS = { timeout: 90_000, intervals: [4_000] };

const api = 'Harbour · API';
const code = 'Harbour · Code';

interface Detail extends ServiceRow {
  vendor: { failures: number; incidents: { name: string }[] };
  active_incident: { name: string; url: string } | null;
}

const detail = (page: Page, { id }: ServiceRow) => read<Detail>(page, `/api/services/${id}`);

/** Asks for looks until the service is in this state. */
async function lookUntil(page: Page, service: ServiceRow, status: string): Promise<void> {
  const { origin } = new URL(page.url());
  const look = async () => {
    await page.request.post(`${origin}/api/services/${service.id}/check`, {
      headers: { Origin: origin },
    });
    return (await detail(page, service)).current_status.status;
  };
  await expect.poll(look, LOOKS).toBe(status);
}

test('a vendor is found by its name, breaks, recovers, and its page going away is no outage', async ({
  page,
  context,
  stage,
}) => {
  test.setTimeout(420_000);
  await linger(context);
  const vendor = await Vendor.start(stage);
  const file = vendor.catalogueFile(stage);
  const installation = await Installation.prepare(stage, { CATALOGUE_FILE: file });
  const program = await installation.start();
  await setUp(page, await setupLink(program));

  await test.step('a name of the catalogue leads to the page, two components become services', async () => {
    await page.goto(`${installation.origin}/services/new`);
    const box = page.getByRole('combobox', { name: 'What do you want to watch?' });
    await box.pressSequentially('boat');
    const list = page.getByRole('listbox', { name: 'Well-known services' });
    await expect(list.getByRole('option')).toHaveText([/Harbour/]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const found = page.getByRole('region', { name: 'What the page offers' });
    await expect(found).toContainText('Harbour Status', LIVE);
    await expect(found).toContainText('3 components');
    await expect(found).toContainText('published with Atlassian Statuspage');
    await page.getByRole('checkbox', { name: /^API/ }).check();
    await page.getByRole('checkbox', { name: /^Code/ }).check();
    await page.getByRole('button', { name: 'Watch 2 components' }).click();
    await expect(page.getByText('2 services are watched from now on.')).toBeVisible();
  });

  await test.step('both are up', async () => {
    for (const name of [api, code]) await expect(row(page, name)).toContainText('Up', LIVE);
  });
  const services = await read<ServiceRow[]>(page, '/api/services');
  const broken = services.find(({ name }) => name === api);
  if (broken === undefined) throw new Error('it is not listed');
  const open = () => read<IncidentRow[]>(page, '/api/incidents?status=open');

  const shown = await context.newPage();
  await shown.goto(`${installation.origin}/services/${broken.id}`);
  const sentence = shown.getByRole('heading', { level: 1 });
  await expect(sentence).toContainText(`${api} is up`, LIVE);

  await test.step('a major outage with an incident: banner, incident, the other one untouched', async () => {
    await vendor.says(
      { api: 'major_outage' },
      { id: 'i1', name: 'Requests are refused', text: 'A cable was cut.', component: 'api' },
    );
    await expect(sentence).toContainText(`${api} is down`, BY_ITSELF);
    const banner = shown.getByRole('region', {
      name: /Reported by the vendor: Requests are refused/,
    });
    await expect(banner).toContainText('A cable was cut.');
    await expect(banner.getByRole('link')).toHaveAttribute(
      'href',
      `${vendor.address}/incidents/i1`,
    );
    const said = shown.getByRole('region', { name: 'What Harbour says' });
    await expect(said).toContainText('major outage');
    await expect(said).toContainText('We count it as Down');

    const incidents = await open();
    expect(incidents).toMatchObject([{ service_id: broken.id, type: 'downtime' }]);
    expect(incidents[0]?.cause?.sentence).toContain('Requests are refused');
    const incident = await context.newPage();
    await incident.goto(`${installation.origin}/incidents/${incidents[0]?.id}`);
    await expect(incident.getByText('A cable was cut.').first()).toBeVisible(LIVE);
    await incident.close();
    await page.bringToFront();
    await expect(page.getByRole('link', { name: `${api} is down` })).toBeVisible(LIVE);
    await expect(row(page, code)).toContainText('Up');
  });

  await test.step('the vendor recovers: resolved, and the banner is gone', async () => {
    await vendor.says({});
    await lookUntil(page, broken, 'up');
    await expect(sentence).toContainText(`${api} is up`, LIVE);
    await expect(shown.getByRole('region', { name: /Reported by the vendor/ })).toHaveCount(0);
    expect(await open()).toEqual([]);
    expect((await detail(page, broken)).active_incident).toBeNull();
  });

  await test.step('the page answers 500 for three polls: unknown, and no incident', async () => {
    const from = Date.now();
    await vendor.fails(500);
    await lookUntil(page, broken, 'unknown');
    expect(await vendor.readings(from)).toBeGreaterThanOrEqual(3);
    expect((await detail(page, broken)).vendor.failures).toBeGreaterThanOrEqual(3);
    await expect(sentence).toContainText(`We could not see how ${api} is doing`, LIVE);
    const said = shown.getByRole('region', { name: 'What Harbour says' });
    await expect(said).toContainText(/the last \d+ attempts failed/);
    await expect(page.getByText('All systems operational')).toHaveCount(0);
    expect(await open()).toEqual([]);
    const all = await read<IncidentRow[]>(page, '/api/incidents');
    expect(all.map(({ service_id }) => service_id)).toEqual([broken.id]);
  });
});
