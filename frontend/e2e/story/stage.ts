/** Where a story plays: it starts programs, watches what the browser complains about, and ends everything. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, test as base, expect, type Page } from '@playwright/test';
import { Database } from './database';
import { freePort } from './ports';
import { Program } from './program';
import { Target } from './target';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const binaries = process.env.PULSECHECK_BIN_DIR ?? join(root, 'target/debug');

export const person = {
  name: 'Ada Example',
  email: 'ada@example.com',
  password: 'four words in a row',
};

export class Stage {
  private readonly programs: Program[] = [];
  private readonly closers: (() => unknown)[] = [];

  start(name: string, args: readonly string[], env: Record<string, string>): Program {
    return this.keep(new Program(name, join(binaries, name), { args, env }));
  }

  keep(program: Program): Program {
    this.programs.push(program);
    return program;
  }

  /** Something else that has to be closed at the end; the last one first. */
  onEnd(close: () => unknown): void {
    this.closers.unshift(close);
  }

  folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'pulsecheck-story.'));
    this.onEnd(() => rmSync(path, { recursive: true, force: true }));
    return path;
  }

  async database(): Promise<Database> {
    const database = await Database.make();
    this.onEnd(() => database.drop());
    return database;
  }

  async target(): Promise<Target> {
    const [port, control] = [await freePort(), await freePort()];
    const program = this.start(
      'faultd',
      ['--listen', `127.0.0.1:${port}`, '--control', `127.0.0.1:${control}`],
      {},
    );
    const target = new Target(program, port, control);
    await expect.poll(() => target.isReady(), { intervals: [20] }).toBe(true);
    return target;
  }

  /** Ends everything; what the programs said is shown when the story failed. */
  async end(failed: boolean): Promise<void> {
    await Promise.all(this.programs.map((program) => program.end()));
    for (const close of this.closers) await close();
    if (!failed) return;
    for (const { name, output } of this.programs) console.log(`── ${name} said\n${output}`);
  }
}

/** What the browser says by itself about servers that go away, and about names without encryption. */
const expected = [
  'Failed to load resource',
  'The Cross-Origin-Opener-Policy header has been ignored, because',
];

interface Fixtures {
  stage: Stage;
  /** Origins that are not ours, such as a sign-in provider's. */
  strangers: string[];
  /** Watches a further browser: no page of ours may cause an error or break the Content-Security-Policy. */
  listen: (context: BrowserContext) => void;
  everyBrowser: undefined;
}

export const test = base.extend<Fixtures>({
  stage: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs from this pattern
    async ({}, use, info) => {
      const stage = new Stage();
      await use(stage);
      await stage.end(info.status !== info.expectedStatus);
    },
    { timeout: 60_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above
  strangers: async ({}, use) => use([]),
  // Set up after the stage, and so done before it ends: what a page says without its server is no complaint.
  listen: async ({ strangers, stage: _stage }, use) => {
    const complaints: string[] = [];
    const isOurs = (page: Page | null) =>
      !strangers.some((origin) => (page?.url() ?? '').startsWith(origin));
    await use((context) => {
      context.on('weberror', (error) => {
        if (isOurs(error.page())) complaints.push(String(error.error()));
      });
      context.on('console', (message) => {
        const text = message.text();
        const isExpected = expected.some((beginning) => text.startsWith(beginning));
        const isBad = message.type() === 'error' || /Content.Security.Policy/i.test(text);
        if (isBad && !isExpected && isOurs(message.page())) complaints.push(text);
      });
    });
    expect(complaints).toEqual([]);
  },
  everyBrowser: [
    async ({ context, listen }, use) => {
      listen(context);
      await use(undefined);
    },
    { auto: true },
  ],
});

export { expect };

/** Presses Tab until this element has the focus. */
export async function tabTo(
  page: Page,
  name: string,
  role: 'button' | 'combobox' | 'link' | 'textbox',
): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true }).first();
  await wanted.waitFor();
  for (let presses = 0; presses < 80; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${name} cannot be reached with the Tab key`);
}
