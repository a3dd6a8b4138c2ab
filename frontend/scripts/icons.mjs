/**
 * Draws the app's icons into public/: the mark, the mark with the sign of each trouble for the
 * browser's tab, and the pictures that an installed app needs. `npm run icons` after a change.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

const into = (name) => fileURLToPath(new URL(`../public/${name}`, import.meta.url));

const INDIGO = '#4f46e5';
const pulse =
  '<path d="M4.5 17h5l3.7 6L20 8.5l3 8.5h4.5" fill="none" stroke="#fff" stroke-width="2.8" stroke-linecap="round" stroke-linejoin="round"/>';
const tile = (radius) => `<rect width="32" height="32" rx="${radius}" fill="${INDIGO}"/>`;
const svg = (inner) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><title>PulseCheck</title>${inner}</svg>\n`;

/** The shapes of src/ui/StatusGlyph.tsx in the lower right corner, on a white ground of their own. */
const signs = {
  down: '<rect x="15" y="15" width="17" height="17" rx="4" fill="#fff"/><rect x="17" y="17" width="13" height="13" rx="2.2" fill="#db2f37"/>',
  degraded:
    '<path d="M23 13.5 32.5 30.8h-19Z" fill="#fff" stroke="#fff" stroke-width="2.5" stroke-linejoin="round"/><path d="M23 17 30 29.8H16Z" fill="#c87503" stroke="#c87503" stroke-width="1.4" stroke-linejoin="round"/>',
  unknown:
    '<circle cx="23" cy="23" r="9" fill="#fff"/><circle cx="23" cy="23" r="7" fill="none" stroke="#585b6b" stroke-width="1.9"/><path d="M20.9 21.3a2.15 2.15 0 1 1 3.2 1.9c-.8.5-1.1.9-1.1 1.6" fill="none" stroke="#585b6b" stroke-width="1.8" stroke-linecap="round"/><circle cx="23" cy="27" r="1.15" fill="#585b6b"/>',
  maintenance:
    '<circle cx="23" cy="23" r="9" fill="#fff"/><path transform="translate(14.6 14.4) scale(1.05)" d="M13.6 4.6a3.7 3.7 0 0 1-4.9 4.5l-4.3 4.3a1.27 1.27 0 0 1-1.8-1.8l4.3-4.3a3.7 3.7 0 0 1 4.5-4.9L9.3 4.5l.4 1.8 1.8.4Z" fill="#0a79bd"/>',
};

const mark = svg(tile(8) + pulse);
await writeFile(into('favicon.svg'), mark);
for (const [name, sign] of Object.entries(signs)) {
  await writeFile(into(`favicon-${name}.svg`), svg(tile(8) + pulse + sign));
}

// A mask may cut away all but the middle four fifths; the pulse stays inside.
const full = svg(`${tile(0)}<g transform="translate(4.8 4.8) scale(.7)">${pulse}</g>`);
const pictures = [
  ['icon-192.png', mark, 192],
  ['icon-512.png', mark, 512],
  ['icon-maskable-512.png', full, 512],
  ['apple-touch-icon.png', full, 180],
];
const browser = await chromium.launch({
  executablePath: process.env.CHROME_PATH ?? process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage();
for (const [name, drawing, size] of pictures) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>*{margin:0}svg{display:block;width:100vw}</style>${drawing}`);
  await page.screenshot({ path: into(name), omitBackground: true });
}
await browser.close();
