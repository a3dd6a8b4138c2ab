/** Figures as people read them, in the reader's language. Percentages are floored: 100 % means exactly that. */
import { numberText as text } from './text/numbers';

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
    if (value === null || value === undefined || Number.isNaN(value)) return text.none;
    // The small addend undoes binary noise (99.98 * 100 = 9997.999…) without reaching the next digit.
    const floored = Math.floor(value * 100 + 1e-6) / 100;
    return text.percent(decimal(floored, floored === 100 || floored === 0 ? 0 : 2));
  }

  /** `84 ms`, `1.24 s`; a dash when there was no answer. */
  function milliseconds(value: number | null | undefined): string {
    if (value === null || value === undefined) return text.none;
    if (value < 1) return value > 0 ? text.belowOneMs : text.ms(integer(0));
    const rounded = Math.round(value);
    if (rounded < 1000) return text.ms(integer(rounded));
    // Decided after rounding, so that the next unit or digit is never skipped.
    return text.seconds(decimal(rounded / 1000, rounded < 9995 ? 2 : 1));
  }

  /** `1.4 kB` with decimal units. */
  function bytes(value: number | null | undefined): string {
    if (value === null || value === undefined) return text.none;
    if (value < 1000) return text.bytes(integer(value));
    if (value < 1e6) return text.kilobytes(decimal(value / 1000, 1));
    if (value < 1e9) return text.megabytes(decimal(value / 1e6, 1));
    return text.gigabytes(decimal(value / 1e9, 1));
  }

  /** How many per second: `3.4`, `120`. */
  const rate = (value: number): string => decimal(value, value < 10 ? 1 : 0);

  return { integer, percent, milliseconds, bytes, rate };
}

export const { integer, percent, milliseconds, bytes, rate } = figuresIn(undefined);
