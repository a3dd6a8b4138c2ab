/** Figures as people read them. Percentages are floored: 100 % means exactly that. */

const plain = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });

/** `99.98 %`; at most two decimals, never rounded up; a dash when nothing was observed. */
export function percent(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  // The small addend undoes binary noise (99.98 * 100 = 9997.999…) without reaching the next digit.
  const floored = Math.floor(value * 100 + 1e-6) / 100;
  const text = floored === 100 || floored === 0 ? String(floored) : floored.toFixed(2);
  return `${text}\u00a0%`;
}

/** `84 ms`, `1.24 s`; a dash when there was no answer. */
export function milliseconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value < 1) return value > 0 ? '<1\u00a0ms' : '0\u00a0ms';
  const rounded = Math.round(value);
  if (rounded < 1000) return `${rounded}\u00a0ms`;
  // Decided after rounding, so that the next unit or digit is never skipped.
  return `${(rounded / 1000).toFixed(rounded < 9995 ? 2 : 1)}\u00a0s`;
}

/** `1.4 kB` with decimal units. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value < 1000) return `${value}\u00a0B`;
  if (value < 1e6) return `${(value / 1000).toFixed(1)}\u00a0kB`;
  if (value < 1e9) return `${(value / 1e6).toFixed(1)}\u00a0MB`;
  return `${(value / 1e9).toFixed(1)}\u00a0GB`;
}

export const integer = (value: number): string => plain.format(value);
