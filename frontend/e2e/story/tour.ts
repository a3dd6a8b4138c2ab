/** Every page of a well-used installation, with what shows that it is there. */
import { expect, type Page } from '@playwright/test';
import { row } from './people';
import type { WellUsed } from './well-used';

export interface Stop {
  name: string;
  path: string;
  /** Signed out. */
  outside?: boolean;
  ready: (page: Page) => Promise<unknown>;
}

const heading = (text: string | RegExp) => (page: Page) =>
  expect(page.getByRole('heading', { level: 1 })).toContainText(text);

export function tourOf({ services, incident, channel }: WellUsed): Stop[] {
  const id = services.get('Checkout API');
  const chart = async (page: Page) => {
    await heading('Checkout API is down')(page);
    await expect(page.locator('.recharts-surface').first()).toBeVisible();
    await expect(page.getByRole('button', { name: /Details of the check/ }).first()).toBeVisible();
  };
  return [
    {
      name: 'dashboard',
      path: '/',
      ready: async (page) => {
        await expect(row(page, 'Checkout API')).toContainText('Down');
        await expect(row(page, 'Support desk')).toContainText('Degraded');
        await expect(page.getByRole('link', { name: 'Checkout API is down' })).toBeVisible();
      },
    },
    {
      name: 'wall',
      path: '/?wall=1',
      ready: (page) => expect(page.getByText('Checkout API', { exact: true })).toBeVisible(),
    },
    { name: 'service', path: `/services/${id}`, ready: chart },
    { name: 'service-30d', path: `/services/${id}?range=30d`, ready: chart },
    { name: 'incidents', path: '/incidents', ready: heading('2 incidents are open') },
    { name: 'incident', path: `/incidents/${incident}`, ready: heading('Checkout API is down') },
    { name: 'add', path: '/services/new', ready: heading('Add a service') },
    { name: 'edit', path: `/services/${id}/edit`, ready: heading('Edit Checkout API') },
    { name: 'copy', path: `/services/${id}/copy`, ready: heading('Duplicate Checkout API') },
    {
      name: 'notices',
      path: '/notices',
      ready: (page) => expect(page.getByRole('link', { name: 'Night shift' })).toBeVisible(),
    },
    {
      name: 'channel',
      path: `/notices/${channel}`,
      ready: (page) => expect(page.getByLabel('Name')).toHaveValue('Night shift'),
    },
    { name: 'channel-new', path: '/notices/new', ready: heading(/./) },
    {
      name: 'ledger',
      path: '/notices/ledger',
      ready: (page) => expect(page.getByText(/Checkout API/).first()).toBeVisible(),
    },
    {
      name: 'maintenance',
      path: '/maintenance',
      ready: (page) => expect(page.getByText('The database moves').first()).toBeVisible(),
    },
    { name: 'account', path: '/account', ready: heading('Ada Example') },
    { name: 'settings', path: '/settings', ready: heading('Ada Example') },
    { name: 'system', path: '/system', ready: heading(/./) },
    { name: 'about', path: '/about', ready: heading('PulseCheck watches') },
    { name: 'not-found', path: '/nothing-here', ready: heading('There is nothing') },
    { name: 'acknowledge', path: '/acknowledge?token=t', outside: true, ready: heading(/./) },
    { name: 'login', path: '/login', outside: true, ready: heading('Sign in') },
    { name: 'setup', path: '/setup', outside: true, ready: heading('Make the first account') },
  ];
}
