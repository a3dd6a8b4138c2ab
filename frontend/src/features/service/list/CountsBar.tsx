/** How many services stand where; pressing a count shows only those. Also for a single state: the next one moves nothing. */
import { integer } from '@/lib/numbers';
import { type Counts, precedence, type Status } from '@/lib/status';
import { dashboardText as text } from '@/lib/text/dashboard';
import { stateText } from '@/lib/text/state';
import { cx } from '@/ui/classes';
import { StatusGlyph, wordColour } from '@/ui/StatusGlyph';

const order: readonly Status[] = ['up', ...precedence.filter((one) => one !== 'up'), 'paused'];

interface Props {
  counts: Counts;
  chosen: readonly Status[];
  onChoose: (chosen: Status[]) => void;
}

export function CountsBar({ counts, chosen, onChoose }: Props) {
  const shown = order.filter((status) => (counts[status] ?? 0) > 0 || chosen.includes(status));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a flex row in every browser
    <div
      role="group"
      aria-label={text.countsLabel}
      className="mt-3 flex flex-wrap gap-1.5 max-sm:-mx-4 max-sm:flex-nowrap max-sm:overflow-x-auto max-sm:px-4 max-sm:py-0.5"
    >
      {shown.map((status) => {
        const on = chosen.includes(status);
        return (
          <button
            key={status}
            type="button"
            aria-pressed={on}
            onClick={() =>
              onChoose(on ? chosen.filter((one) => one !== status) : [...chosen, status])
            }
            className={cx(
              'touch inline-flex h-8 shrink-0 items-center gap-1.5 rounded-md border px-2.5 text-sm transition-colors',
              on
                ? 'border-accent bg-accent-wash text-ink'
                : 'border-line bg-surface text-soft hover:bg-hover',
            )}
          >
            <StatusGlyph status={status} size={12} />
            <span className="figures font-medium text-ink">{integer(counts[status] ?? 0)}</span>
            <span className={wordColour[status]}>{stateText.short[status].toLowerCase()}</span>
          </button>
        );
      })}
    </div>
  );
}
