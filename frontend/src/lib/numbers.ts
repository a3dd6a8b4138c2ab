/** Figures as people read them. Percentages are floored: 100 % means exactly that. */

const plain = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });

/** `99.98 %`; at most two decimals, never rounded up; a dash when nothing was observed. */
export function percent(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  // The small addend undoes binary noise (99.98 * 100 = 9997.999…) without reaching the next digit.
  const floored = Math.floor(value * 100 + 1e-6) / 100;
  const text = floored === 100 || floored === 0 ? String(floored) : floored.toFixed(2);
  return `${text}\u202f%`;
}

/** `84 ms`, `1.24 s`; a dash when there was no answer. */
export function milliseconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value < 1) return value > 0 ? '<1\u202fms' : '0\u202fms';
  if (value < 1000) return `${Math.round(value)}\u202fms`;
  const seconds = value / 1000;
  return `${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1)}\u202fs`;
}

/** `1.4 kB` with decimal units. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value < 1000) return `${value}\u202fB`;
  if (value < 1e6) return `${(value / 1000).toFixed(1)}\u202fkB`;
  return `${(value / 1e6).toFixed(1)}\u202fMB`;
}

export const integer = (value: number): string => plain.format(value);
