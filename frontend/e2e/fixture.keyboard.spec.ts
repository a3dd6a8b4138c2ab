/** The story of the first service, told with the keyboard alone. */
import type { Page } from '@playwright/test';
import { choose, expect, serviceId, settled, test } from './fixture/start';

const tabTo = async (page: Page, name: string | RegExp) => {
  for (let step = 0; step < 60; step += 1) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate(() => {
      const element = document.activeElement;
      const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
      return [
        element?.getAttribute('aria-label'),
        ...labels.map((label) => label.textContent),
        element?.textContent,
      ]
        .filter(Boolean)
        .join(' ');
    });
    if (typeof name === 'string' ? found.includes(name) : name.test(found)) return;
  }
  throw new Error(`Tab never reached ${name}`);
};

test('set up, add a service, pause it, delete it and undo', async ({ page }) => {
  // Hundreds of keys, one after the other.
  test.slow();
  await choose(page, 'fresh');
  await page.goto('/setup#token=good');
  await page.getByLabel('Name').waitFor();
  await tabTo(page, 'Name');
  await page.keyboard.type('Ada Example');
  await tabTo(page, 'E-mail');
  await page.keyboard.type('ada@example.com');
  await tabTo(page, 'Password');
  await page.keyboard.type('four words in a row');
  await page.keyboard.press('Enter');

  await expect(page.getByRole('combobox', { name: 'Address or name' })).toBeFocused();
  await page.keyboard.type('shop.example.com');
  await page.keyboard.press('Enter');

  await expect(page.getByRole('region', { name: 'What we saw' })).toContainText('It answered 200');
  await tabTo(page, 'Category');
  await page.keyboard.type('Shop');
  await tabTo(page, 'Save and watch');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('shop.example.com');

  await tabTo(page, 'Actions for shop.example.com');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Look now' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('is paused');

  await tabTo(page, 'Actions for shop.example.com');
  await page.keyboard.press('Enter');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/');
  // It stands in the list, in its place, and among the messages.
  await expect(page.getByText('shop.example.com is deleted.')).toHaveCount(2);
  await tabTo(page, 'Undo');
  await page.keyboard.press('Enter');
  await expect(
    page.getByRole('link', { name: 'shop.example.com', exact: true }).first(),
  ).toBeVisible();
});

test('arrows move through the days of a bar', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto(`/services/${serviceId(2)}`);
  const bar = page.getByRole('slider', { name: /Last 90 days of Checkout API/ });
  await bar.waitFor();
  await settled(page);
  await bar.focus();
  await page.keyboard.press('End');
  await expect(bar).toHaveAttribute('aria-valuetext', /Today/);
  await page.keyboard.press('ArrowLeft');
  await expect(bar).toHaveAttribute('aria-valuenow', '89');
  await expect(bar).not.toHaveAttribute('aria-valuetext', /Today/);
  await page.keyboard.press('Home');
  await expect(bar).toHaveAttribute('aria-valuenow', '1');
});

test('the skip link leads past the header', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/about');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await settled(page);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('#content')).toBeFocused();
});

test('a dialog begins where one types, and no Escape loses what was typed', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/services/new');
  await page.getByRole('button', { name: 'Paste a list' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add several services' });
  const box = dialog.getByRole('textbox').first();
  await expect(box).toBeFocused();
  await page.keyboard.type('a.example.com');
  for (let n = 0; n < 4; n += 1) await page.keyboard.press('Escape');
  await expect(box).toHaveValue('a.example.com');
  await expect(dialog).toBeVisible();
});

test('another page begins at its content without a jump', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/');
  await page.getByRole('link', { name: 'NAS', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('NAS');
  await expect(page.locator('#content')).toBeFocused();
  expect(await page.evaluate(() => window.scrollY)).toBe(0);
  await page.getByRole('navigation').getByRole('link', { name: 'Incidents' }).click();
  await expect(page.locator('#content')).toBeFocused();
});

test('what a form refuses has the focus', async ({ page }) => {
  await choose(page, 'busy');
  await page.route('**/api/channels', (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({
          status: 422,
          contentType: 'application/problem+json',
          body: JSON.stringify({ errors: { name: ['must not be empty'] } }),
        })
      : route.fallback(),
  );
  await page.goto('/notices/new');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused();
});
