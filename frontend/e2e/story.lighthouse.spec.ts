/**
 * Asks Lighthouse and axe about every page of the real program, and writes docs/lighthouse.md: `scripts/lighthouse`.
 * Skipped among the tests, which measure nothing.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import { chromium, type Page } from '@playwright/test';
import { freePort } from './story/ports';
import { expect, test } from './story/stage';
import { type Stop, tourOf } from './story/tour';
import { wellUsed } from './story/well-used';

const report = fileURLToPath(new URL('../../docs/lighthouse.md', import.meta.url));
const least = { accessibility: 0.98, 'best-practices': 0.95 } as const;
type Category = keyof typeof least;

interface Result {
  lhr: {
    lighthouseVersion: string;
    categories: Record<Category, { score: number | null }>;
    audits: Record<string, { score: number | null; title: string; scoreDisplayMode: string }>;
  };
}

interface Line {
  name: string;
  path: string;
  scores: Record<Category, number>;
  violations: Record<'light' | 'dark', number>;
}

test('every page is accessible and well made', async ({ stage }, info) => {
  const folder = process.env.LIGHTHOUSE;
  test.skip(folder === undefined, 'Lighthouse is asked by scripts/lighthouse');
  test.setTimeout(1_800_000);
  const entry = join(folder ?? '', 'node_modules/lighthouse/core/index.js');
  const { default: lighthouse } = (await import(pathToFileURL(entry).href)) as {
    default: (url: string, flags: object) => Promise<Result>;
  };
  const { launchOptions } = info.project.use;
  const first = await chromium.launch(launchOptions);
  stage.onEnd(() => first.close());
  const page = await first.newPage();
  const place = await wellUsed(page, stage);
  const cookies = await page.context().cookies();
  await first.close();
  const lines: Line[] = [];
  const faults: string[] = [];
  let version = '';
  const lookAt = async ({ name, path, outside, ready }: Stop) => {
    // Lighthouse opens tabs of its own and has to find the session there: no private window, and a new one for each page.
    const port = await freePort();
    const context = await chromium.launchPersistentContext(stage.folder(), {
      ...launchOptions,
      args: [...(launchOptions?.args ?? []), `--remote-debugging-port=${port}`],
      locale: 'en-GB',
      reducedMotion: 'reduce',
    });
    if (outside !== true) await context.addCookies(cookies);
    const tab = context.pages()[0] ?? (await context.newPage());
    const url = place.installation.origin + path;
    await tab.goto(url);
    await ready(tab);
    const violations = {
      light: await axe(tab, 'light', faults),
      dark: await axe(tab, 'dark', faults),
    };
    await tab.goto('about:blank');
    const { lhr } = await lighthouse(url, {
      port,
      output: 'json',
      logLevel: 'error',
      onlyCategories: Object.keys(least),
      throttlingMethod: 'provided',
      disableStorageReset: true,
      // The stream of live events never rests: Lighthouse begins when this is over.
      maxWaitForLoad: 12_000,
    });
    await context.close();
    version = lhr.lighthouseVersion;
    const score = (category: Category) => lhr.categories[category].score ?? 0;
    const scores = {
      accessibility: score('accessibility'),
      'best-practices': score('best-practices'),
    };
    lines.push({ name, path: path.replace(/[0-9a-f-]{36}/, '…'), scores, violations });
    for (const [id, audit] of Object.entries(lhr.audits)) {
      if (audit.score !== null && audit.score < 0.9 && audit.scoreDisplayMode === 'binary')
        faults.push(`${name}: ${id} (${audit.title})`);
    }
  };
  for (const stop of tourOf(place)) await test.step(stop.name, () => lookAt(stop));
  writeFileSync(report, written(lines, version, faults));
  for (const { name, scores, violations } of lines) {
    for (const category of Object.keys(least) as Category[])
      expect(scores[category], `${name}: ${category}`).toBeGreaterThanOrEqual(least[category]);
    expect(violations, name).toEqual({ light: 0, dark: 0 });
  }
});

async function axe(page: Page, colorScheme: 'light' | 'dark', faults: string[]): Promise<number> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  for (const { id, nodes } of violations) faults.push(`${colorScheme}: ${id}: ${nodes[0]?.html}`);
  return violations.length;
}

function written(lines: readonly Line[], version: string, faults: readonly string[]): string {
  const row = ({ name, path, scores, violations }: Line) =>
    `| ${name} | \`${path}\` | ${scores.accessibility.toFixed(2)} | ${scores['best-practices'].toFixed(2)} | ${violations.light + violations.dark} |`;
  return [
    '# How accessible the pages are',
    '',
    'Written by `scripts/lighthouse`, which starts the program with a month behind it and asks about every page with the web app as it is released.',
    `Lighthouse ${version} on a phone's screen, without throttling; axe with the rules of WCAG 2.2 AA and best practices, in the light and the dark theme.`,
    `The least that passes: accessibility ${least.accessibility}, best practices ${least['best-practices']}, no violation.`,
    '',
    '| page | address | accessibility | best practices | axe violations, both themes |',
    '|---|---|---|---|---|',
    ...lines.map(row),
    '',
    faults.length === 0 ? 'No audit of either category failed.' : 'What was found:',
    ...faults.map((fault) => `- ${fault}`),
    '',
  ].join('\n');
}
