/** The phases of one look, one below the other on a common time axis. */
import { milliseconds } from '../lib/numbers';

export interface Phase {
  key: string;
  label: string;
  /** In milliseconds, from the start of the look. */
  start: number;
  length: number;
}

const colour: Record<string, string> = {
  dns: 'bg-[color-mix(in_oklab,var(--color-accent)_74%,var(--color-surface))]',
  tcp: 'bg-[color-mix(in_oklab,var(--color-accent)_82%,var(--color-surface))]',
  tls: 'bg-[color-mix(in_oklab,var(--color-accent)_91%,var(--color-surface))]',
  ttfb: 'bg-accent',
  transfer: 'bg-[color-mix(in_oklab,var(--color-accent)_60%,var(--color-ink))]',
};

interface Props {
  phases: readonly Phase[];
  total: number;
  totalLabel: string;
}

export function Waterfall({ phases, total, totalLabel }: Props) {
  const scale = Math.max(
    total,
    phases.reduce((end, phase) => Math.max(end, phase.start + phase.length), 0),
    0.001,
  );
  return (
    <dl className="grid grid-cols-[auto_1fr_auto] items-center gap-x-3 gap-y-1.5 text-sm">
      {phases.map((phase) => (
        <div key={phase.key} className="contents">
          <dt className="text-soft">{phase.label}</dt>
          <dd className="contents">
            <span
              aria-hidden="true"
              className="relative h-2.5 overflow-hidden rounded-[3px] bg-sunken"
            >
              <span
                className={`absolute inset-y-0 min-w-[3px] rounded-[2px] ${colour[phase.key.split(':')[0] ?? ''] ?? 'bg-accent'}`}
                style={{
                  left: `${Math.min(99, (phase.start / scale) * 100)}%`,
                  width: `${(phase.length / scale) * 100}%`,
                }}
              />
            </span>
            <span className="figures text-right">{milliseconds(phase.length)}</span>
          </dd>
        </div>
      ))}
      <div className="contents font-medium">
        <dt className="pt-0.5">{totalLabel}</dt>
        <dd className="figures col-span-2 pt-0.5 text-right">{milliseconds(total)}</dd>
      </div>
    </dl>
  );
}
