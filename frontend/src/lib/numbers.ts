/** Figures as people read them, in the reader's language. Percentages are floored: 100 % means exactly that. */

const NONE = '–';

export function figuresIn(language: string | undefined) {
  const decimals = [0, 1, 2].map(
    (digits) =>
      new Intl.NumberFormat(language, {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }),
  );
  const decimal = (value: number, digits: 0 | 1 | 2): string =>
    decimals[digits]?.format(value) ?? '';
  const integer = (value: number): string => decimal(value, 0);

  /** `99.98 %`; at most two decimals, never rounded up; a dash when nothing was observed. */
  function percent(value: number | null | undefined): string {
    if (value === null || value === undefined || Number.isNaN(value)) return NONE;
    // The small addend undoes binary noise (99.98 * 100 = 9997.999…) without reaching the next digit.
    const floored = Math.floor(value * 100 + 1e-6) / 100;
    return `${decimal(floored, floored === 100 || floored === 0 ? 0 : 2)}\u00a0%`;
  }

  /** `84 ms`, `1.24 s`; a dash when there was no answer. */
  function milliseconds(value: number | null | undefined): string {
    if (value === null || value === undefined) return NONE;
    if (value < 1) return value > 0 ? '<1\u00a0ms' : '0\u00a0ms';
    const rounded = Math.round(value);
    if (rounded < 1000) return `${integer(rounded)}\u00a0ms`;
    // Decided after rounding, so that the next unit or digit is never skipped.
    return `${decimal(rounded / 1000, rounded < 9995 ? 2 : 1)}\u00a0s`;
  }

  /** `1.4 kB` with decimal units. */
  function bytes(value: number | null | undefined): string {
    if (value === null || value === undefined) return NONE;
    if (value < 1000) return `${integer(value)}\u00a0B`;
    if (value < 1e6) return `${decimal(value / 1000, 1)}\u00a0kB`;
    if (value < 1e9) return `${decimal(value / 1e6, 1)}\u00a0MB`;
    return `${decimal(value / 1e9, 1)}\u00a0GB`;
  }

  /** How many per second: `3.4`, `120`. */
  const rate = (value: number): string => decimal(value, value < 10 ? 1 : 0);

  return { integer, percent, milliseconds, bytes, rate };
}

export const { integer, percent, milliseconds, bytes, rate } = figuresIn(undefined);
