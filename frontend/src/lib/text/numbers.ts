/** How figures and their units are written. A unit never stands on another line than its figure. */

const withUnit = (unit: string) => (figure: string) => `${figure}\u00a0${unit}`;

export const numberText = {
  none: '–',
  percent: withUnit('%'),
  /** Behind a field for milliseconds. */
  msUnit: 'ms',
  ms: withUnit('ms'),
  belowOneMs: '<1\u00a0ms',
  seconds: withUnit('s'),
  bytes: withUnit('B'),
  kilobytes: withUnit('kB'),
  megabytes: withUnit('MB'),
  gigabytes: withUnit('GB'),
};
