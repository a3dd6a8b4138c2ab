/**
 * Browser tests. `fixture-*` run the built app against fixtures; `story` starts the real program
 * itself; `screens` writes a picture of every page to test-results/screens.
 */
import { defineConfig, devices } from '@playwright/test';

const port = Number(process.env.FIXTURE_PORT ?? 4173);
const launchOptions = {
  executablePath: process.env.CHROME_PATH ?? process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // A name as on somebody's own network: neither localhost nor encrypted.
    '--host-resolver-rules=MAP nas.test 127.0.0.1',
  ],
};
const desktop = {
  ...devices['Desktop Chrome'],
  viewport: { width: 1280, height: 860 },
  launchOptions,
};
/** A click that waits for nothing says so early; what moves only costs time. */
const fixture = {
  ...desktop,
  actionTimeout: 20_000,
  navigationTimeout: 30_000,
  contextOptions: { reducedMotion: 'reduce' },
} as const;
/**
 * The stories are told on a phone as well. Not those of the keyboard (`frame`, `keyboard`), nor of walls and of tests
 * that choose a phone's width themselves; axe sees the same elements at both widths.
 */
const onPhones =
  /fixture\.(account|baddays|dashboard|installation|live|notices|phone|stories|vendors)\.spec\.ts/;
const onceIsEnough = /\bwall\b(?!-)|at 320 px|on a phone/;
const phone = { ...fixture, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/artifacts',
  // Other work may load the machine: tests wait for what they expect, and are never timed.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  // Stories wait for a real program most of the time.
  workers: 3,
  reporter: [['list']],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    // Drawing one costs a fifth of a test; `--trace on` has one at once.
    trace: 'on-first-retry',
  },
  projects: [
    // What `fixture.phone` looks at has its own widths.
    {
      name: 'fixture-desktop',
      testMatch: /fixture\.(?!phone)\w+\.spec\.ts/,
      use: fixture,
    },
    { name: 'fixture-phone', testMatch: onPhones, grepInvert: onceIsEnough, use: phone },
    // Whoever records each frame as a picture draws half as many.
    { name: 'bench', testMatch: /bench\.spec\.ts/, use: { ...desktop, trace: 'off' } },
    { name: 'screens', testMatch: /screens\.spec\.ts/, use: desktop },
    {
      name: 'story',
      testMatch: /story.*\.spec\.ts/,
      use: { ...desktop, actionTimeout: 20_000, navigationTimeout: 20_000 },
      timeout: 300_000,
    },
  ],
  webServer: {
    command: 'node e2e/fixture/server.mjs',
    port,
    env: { FIXTURE_PORT: String(port) },
    // An old one would answer for another state of the tests.
    reuseExistingServer: false,
  },
});
