// @vitest-environment node
/** Every mark stands out from every ground: at least 3:1, in light and dark. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const styles = read('src/styles.css');

type Rgb = [number, number, number];
const themes = ['light', 'dark'] as const;
type Theme = (typeof themes)[number];

const rgb = (hex: string): Rgb =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as Rgb;

function token(name: string, theme: Theme): Rgb {
  const found = new RegExp(`--color-${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(styles);
  const hex = found?.[theme === 'light' ? 1 : 2];
  if (hex === undefined) throw new Error(`no colour is called ${name}`);
  return rgb(hex);
}

const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const luminance = (colour: Rgb) => {
  const [r, g, b] = colour.map(linear) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
function contrast(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

type Matrix = readonly (readonly number[])[];
const times = (matrix: Matrix, vector: readonly number[]): Rgb =>
  matrix.map((row) => row.reduce((sum, value, at) => sum + value * (vector[at] ?? 0), 0)) as Rgb;
const toLms: Matrix = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const toLab: Matrix = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];
const fromLab: Matrix = [
  [1, 0.3963377774, 0.2158037573],
  [1, -0.1055613458, -0.0638541728],
  [1, -0.0894841775, -1.291485548],
];
const fromLms: Matrix = [
  [4.0767416621, -3.3077115913, 0.2309699292],
  [-1.2684380046, 2.6097574011, -0.3413193965],
  [-0.0041960863, -0.7034186147, 1.707614701],
];
const oklab = (colour: Rgb) => times(toLab, times(toLms, colour.map(linear)).map(Math.cbrt));

/** As `color-mix(in oklab, one share, other)`. */
function mixed(one: Rgb, share: number, other: Rgb): Rgb {
  const [a, b] = [oklab(one), oklab(other)];
  const lab = a.map((value, at) => value * share + (b[at] ?? 0) * (1 - share));
  return times(
    fromLms,
    times(fromLab, lab).map((c) => c ** 3),
  ).map((c) => {
    const bound = Math.min(1, Math.max(0, c));
    return bound <= 0.0031308 ? bound * 12.92 : 1.055 * bound ** (1 / 2.4) - 0.055;
  }) as Rgb;
}

const marks = ['up', 'degraded', 'down', 'unknown', 'maintenance', 'faint', 'accent'];
const grounds = [
  ...['canvas', 'surface', 'raised', 'hover', 'sunken', 'accent-wash'],
  ...['up', 'degraded', 'down', 'unknown', 'maintenance'].map((state) => `${state}-wash`),
];
const least = (mark: Rgb, theme: Theme, on: readonly string[]) =>
  Math.min(...on.map((ground) => contrast(mark, token(ground, theme))));

it.each(marks)('the mark of %s', (mark) => {
  for (const theme of themes)
    expect(least(token(mark, theme), theme, grounds)).toBeGreaterThanOrEqual(3);
});

it('the bars of the phases of a look', () => {
  const source = read('src/ui/Waterfall.tsx');
  const mixes = [...source.matchAll(/color-accent\)_(\d+)%,var\(--color-(\w+)\)/g)];
  expect(mixes.length).toBe(4);
  for (const [, share = '', other = ''] of mixes)
    for (const theme of themes) {
      const bar = mixed(token('accent', theme), Number(share) / 100, token(other, theme));
      expect(least(bar, theme, ['sunken', 'surface'])).toBeGreaterThanOrEqual(3);
    }
});

it('the lines of the latency chart are drawn in full colour', () => {
  expect(read('src/features/service/LatencyChart.tsx')).not.toContain('strokeOpacity');
  expect(read('src/features/service/LatencySection.tsx')).not.toMatch(/bg-\w+\/\d/);
});
