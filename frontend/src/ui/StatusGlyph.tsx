/** The sign of a state: a shape of its own each, so that colour is never needed to tell them apart. */
import type { Status } from '../lib/status';
import { stateText } from '../lib/text/state';
import { cx } from './classes';

const shape: Record<Status, React.ReactNode> = {
  up: <circle cx="8" cy="8" r="5.5" fill="currentColor" />,
  degraded: (
    <path
      d="M8 2.2 14.4 13.4H1.6Z"
      fill="currentColor"
      stroke="currentColor"
      strokeWidth="1.2"
      strokeLinejoin="round"
    />
  ),
  down: <rect x="2.6" y="2.6" width="10.8" height="10.8" rx="1.5" fill="currentColor" />,
  unknown: (
    <>
      <circle cx="8" cy="8" r="5.8" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path
        d="M6.3 6.5a1.75 1.75 0 1 1 2.55 1.6c-.6.32-.85.65-.85 1.25"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.3"
        strokeLinecap="round"
      />
      <circle cx="8" cy="11.2" r=".85" fill="currentColor" />
    </>
  ),
  maintenance: (
    <path
      d="M13.6 4.6a3.7 3.7 0 0 1-4.9 4.5l-4.3 4.3a1.27 1.27 0 0 1-1.8-1.8l4.3-4.3a3.7 3.7 0 0 1 4.5-4.9L9.3 4.5l.4 1.8 1.8.4Z"
      fill="currentColor"
    />
  ),
  paused: (
    <path d="M5.6 3.5v9M10.4 3.5v9" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
  ),
  pending: (
    <circle
      cx="8"
      cy="8"
      r="5.6"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeDasharray="2.4 2"
    />
  ),
};

export const markColour: Record<Status, string> = {
  up: 'text-up',
  degraded: 'text-degraded',
  down: 'text-down',
  unknown: 'text-unknown',
  maintenance: 'text-maintenance',
  paused: 'text-faint',
  pending: 'text-unknown',
};

export const wordColour: Record<Status, string> = {
  up: 'text-up-text',
  degraded: 'text-degraded-text',
  down: 'text-down-text',
  unknown: 'text-unknown-text',
  maintenance: 'text-maintenance-text',
  paused: 'text-faint',
  pending: 'text-unknown-text',
};

interface Props {
  status: Status;
  /** In pixels. */
  size?: number;
  /** Grey instead of the state's colour, as over old data. */
  muted?: boolean;
  className?: string;
}

/** Decorative: the word stands beside it, or is given by the caller to screen readers. */
export function StatusGlyph({ status, size = 14, muted = false, className }: Props) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      aria-hidden="true"
      className={cx('shrink-0', muted ? 'text-unknown' : markColour[status], className)}
    >
      {shape[status]}
    </svg>
  );
}

interface LabelProps {
  status: Status;
  suspect?: boolean;
  className?: string;
}

/** Glyph and word together. */
export function StatusLabel({ status, suspect = false, className }: LabelProps) {
  return (
    <span className={cx('inline-flex items-center gap-1.5 font-medium', className)}>
      <StatusGlyph status={status} size={12} />
      <span className={wordColour[status]}>{stateText.short[status]}</span>
      {suspect && <span className="font-normal text-faint">· {stateText.checkingAgain}</span>}
    </span>
  );
}
