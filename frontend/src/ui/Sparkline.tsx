/** A line of some words' size, without axes: how latency went, not how much it was. */
import { memo } from 'react';
import { spark } from '../lib/sparkline';
import { cx } from './classes';

const WIDTH = 72;
const HEIGHT = 16;

interface Props {
  points: readonly (number | null)[];
  /** Said on hover; the figure beside it is what screen readers hear. */
  title: (low: number, high: number) => string;
  className?: string;
}

export const Sparkline = memo(function Sparkline({ points, title, className }: Props) {
  const drawn = spark(points, WIDTH, HEIGHT);
  if (drawn === null) return null;
  return (
    <svg
      viewBox={`-1.5 -2 ${WIDTH + 3} ${HEIGHT + 4}`}
      aria-hidden="true"
      className={cx('overflow-visible', className)}
    >
      <title>{title(drawn.low, drawn.high)}</title>
      <path
        d={drawn.path}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      {drawn.dots.map(([x, y]) => (
        <circle key={x} cx={x} cy={y} r="1.1" fill="currentColor" />
      ))}
    </svg>
  );
});
