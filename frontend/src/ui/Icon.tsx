/** The few line icons of the app, drawn on a 16 px grid. */
import { cx } from './classes';

const paths = {
  plus: 'M8 3.25v9.5M3.25 8h9.5',
  dots: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  chevronDown: 'm4 6.25 4 4 4-4',
  chevronRight: 'm6.25 4 4 4-4 4',
  close: 'm4 4 8 8m0-8-8 8',
  arrowLeft: 'M13 8H3.5m4-4-4 4 4 4',
  arrowUp: 'M8 13V3.5m-4 4 4-4 4 4',
  arrowDown: 'M8 3v9.5m-4-4 4 4 4-4',
  search: 'm13.25 13.25-3-3M11.5 7a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0Z',
  folder: 'M2.25 12.25v-8.5h4l1.5 1.75h6v6.75Z',
  tag: 'M2.5 7.75v-5h5l6 6-5 5ZM5.25 5.5h.01',
  clock: 'M8 14a6 6 0 1 0 0-12 6 6 0 0 0 0 12ZM8 4.75V8l2.25 1.5',
  wall: 'M2.5 3h11v8h-11ZM5.5 13.5h5M8 11v2.5',
  select: 'M3 3.5h2v2H3ZM3 10.5h2v2H3ZM8 4.5h5.5M8 11.5h5.5',
  external:
    'M9.5 3h3.5v3.5M13 3 7.5 8.5M11 9.5V12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1h2.5',
  pause: 'M5.5 3.75v8.5M10.5 3.75v8.5',
  play: 'M5 3.5v9l7.25-4.5Z',
  look: 'M1.75 8S4 3.75 8 3.75 14.25 8 14.25 8 12 12.25 8 12.25 1.75 8 1.75 8ZM8 9.9a1.9 1.9 0 1 0 0-3.8 1.9 1.9 0 0 0 0 3.8Z',
  edit: 'm10.75 3 2.25 2.25L5.5 12.75l-3 .75.75-3Z',
  trash:
    'M2.75 4.25h10.5M6.25 4.25v-1.5h3.5v1.5M4.25 4.25l.6 8.25a1 1 0 0 0 1 .9h4.3a1 1 0 0 0 1-.9l.6-8.25',
  copy: 'M5.75 5.75v-2a1 1 0 0 1 1-1h5.5a1 1 0 0 1 1 1v5.5a1 1 0 0 1-1 1h-2M3.75 5.75h5.5a1 1 0 0 1 1 1v5.5a1 1 0 0 1-1 1h-5.5a1 1 0 0 1-1-1v-5.5a1 1 0 0 1 1-1Z',
  filter: 'M2.5 4h11M4.5 8h7M6.5 12h3',
  check: 'm3.25 8.5 3 3 6.5-7',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01',
  megaphone: 'M2.5 6.5v3h2l5.5 3v-9l-5.5 3ZM4.75 9.5v3.25h1.75V10.5M12.25 6.25a2.5 2.5 0 0 1 0 3.5',
  sun: 'M8 10.75a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5ZM8 1.75v1M8 13.25v1M1.75 8h1M13.25 8h1M3.6 3.6l.7.7M11.7 11.7l.7.7M3.6 12.4l.7-.7M11.7 4.3l.7-.7',
  moon: 'M13.25 9.5A5.75 5.75 0 0 1 6.5 2.75a5.5 5.5 0 1 0 6.75 6.75Z',
  mute: 'M2.25 2.25l11.5 11.5M4.25 6.5v3.25L3 11.75h8.5M5.6 4a3.75 3.75 0 0 1 6.15 2.9v2.35M6.75 13.75h2.5',
  away: 'M2.25 2.25l11.5 11.5M5 11.75a3 3 0 0 1-.4-5.95 4 4 0 0 1 .6-1.3M7.25 3.4a4 4 0 0 1 4.3 3.1 2.65 2.65 0 0 1 1.6 4.4M5 11.75h5.5',
  system: 'M2.5 3.5h11v7h-11ZM6 13h4M8 10.5V13',
} as const;

export type IconName = keyof typeof paths;

export function Icon({
  name,
  size = 16,
  className,
}: {
  name: IconName;
  size?: number;
  className?: string;
}) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'dots' ? 2.2 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={cx('shrink-0', className)}
    >
      <path d={paths[name]} />
    </svg>
  );
}
