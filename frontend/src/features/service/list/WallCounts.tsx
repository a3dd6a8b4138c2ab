/** Too many services for tiles: how many stand where, and those in trouble by name. */
import type { Service } from '@/api/contract';
import { integer } from '@/lib/numbers';
import { type Counts, precedence, type Status } from '@/lib/status';
import { dashboardText } from '@/lib/text/dashboard';
import { stateText } from '@/lib/text/state';
import { RelativeTime } from '@/ui/RelativeTime';
import { StatusGlyph, wordColour } from '@/ui/StatusGlyph';
import { statusOf } from './sections';

const order: readonly Status[] = ['up', ...precedence.filter((one) => one !== 'up')];
/** As many lines as fit below the counts. */
const SHOWN = 8;

interface Props {
  counts: Counts;
  troubled: readonly Service[];
  /** Of all that are in trouble. */
  total: number;
}

export function WallCounts({ counts, troubled, total }: Props) {
  const shown = order.filter((status) => (counts[status] ?? 0) > 0);
  return (
    <>
      <ul className="flex flex-wrap gap-x-[6vmin] gap-y-[2vmin]">
        {shown.map((status) => (
          <li key={status}>
            <p className="figures text-[9vmin] leading-none font-semibold tracking-tight">
              {integer(counts[status] ?? 0)}
            </p>
            <p className="mt-[1vmin] flex items-center gap-[1vmin] text-[max(0.75rem,2.6vmin)] leading-tight">
              <StatusGlyph status={status} size={0} className="size-[2.4vmin]" />
              <span className={wordColour[status]}>{stateText.short[status]}</span>
            </p>
          </li>
        ))}
      </ul>
      <ul className="min-h-0 flex-1 overflow-hidden">
        {troubled.slice(0, SHOWN).map((service) => (
          <Trouble key={service.id} service={service} />
        ))}
        {total > SHOWN && (
          <li className="pt-[1.4vmin] text-[max(0.75rem,2.4vmin)] leading-tight text-soft">
            {dashboardText.wall.more(total - Math.min(SHOWN, troubled.length))}
          </li>
        )}
      </ul>
    </>
  );
}

function Trouble({ service }: { service: Service }) {
  const status = statusOf(service);
  const { reason, since } = service.current_status;
  return (
    <li className="flex items-center gap-[2vmin] border-t border-line py-[1.3vmin] text-[max(0.75rem,2.9vmin)] leading-tight">
      <StatusGlyph status={status} size={0} className="size-[2.8vmin]" />
      <bdi className="min-w-0 shrink truncate font-semibold">{service.name}</bdi>
      <span className="min-w-0 flex-1 truncate text-soft">{reason?.sentence}</span>
      {since != null && (
        <span className="figures shrink-0 text-soft">
          <RelativeTime at={since} as="span" />
        </span>
      )}
    </li>
  );
}
