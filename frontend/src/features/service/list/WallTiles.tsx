/** Up to 24 services as tiles that fill the screen, whatever its shape. */
import { useSyncExternalStore } from 'react';
import type { Service } from '@/api/contract';
import { milliseconds } from '@/lib/numbers';
import { isTroubled } from '@/lib/status';
import { stateText } from '@/lib/text/state';
import { tiling } from '@/lib/tiling';
import { cx } from '@/ui/classes';
import { StatusGlyph, wordColour } from '@/ui/StatusGlyph';
import { statusOf } from './sections';

export function WallTiles({ services }: { services: readonly Service[] }) {
  const ratio = useSyncExternalStore(onResize, () => window.innerWidth / window.innerHeight);
  const { columns, rows, span } = tiling(services.length, ratio);
  return (
    <ul
      className="grid min-h-0 flex-1 gap-[1.6vmin]"
      style={{
        gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
        gridTemplateRows: `repeat(${rows}, minmax(0, 1fr))`,
      }}
    >
      {services.map((service, place) => (
        <Tile key={service.id} service={service} span={span(place)} />
      ))}
    </ul>
  );
}

function Tile({ service, span }: { service: Service; span: number }) {
  const status = statusOf(service);
  const troubled = isTroubled(status);
  const { reason, response_time, suspect } = service.current_status;
  return (
    <li
      style={{ gridColumn: `span ${span}` }}
      className={cx(
        'flex min-h-0 min-w-0 flex-col justify-between overflow-hidden rounded-lg border p-[2vmin]',
        troubled ? 'border-line-strong bg-raised' : 'border-line bg-surface',
      )}
    >
      <div className="flex min-w-0 items-start gap-[1.4vmin]">
        <StatusGlyph status={status} size={0} className="mt-[0.5vmin] size-[2.8vmin]" />
        <p
          className={cx(
            'line-clamp-2 min-w-0 text-[max(0.75rem,2.8vmin)] leading-[1.2] font-semibold break-words',
            status === 'paused' && 'text-faint',
          )}
        >
          <bdi>{service.name}</bdi>
        </p>
      </div>
      <div className="flex min-w-0 items-baseline justify-between gap-[1vmin] text-[max(0.75rem,2.2vmin)] leading-tight">
        <p
          className={cx(
            'min-w-0 font-medium',
            troubled ? 'line-clamp-2' : 'truncate',
            wordColour[status],
          )}
        >
          {stateText.short[status]}
          {suspect === true && (
            <span className="font-normal text-soft"> · {stateText.checkingAgain}</span>
          )}
          {troubled && reason?.sentence !== undefined && (
            <span className="font-normal text-soft"> · {reason.sentence}</span>
          )}
        </p>
        {!troubled && response_time !== null && status !== 'paused' && (
          <p className="figures shrink-0 text-faint">{milliseconds(response_time)}</p>
        )}
      </div>
    </li>
  );
}

function onResize(listener: () => void): () => void {
  window.addEventListener('resize', listener);
  return () => window.removeEventListener('resize', listener);
}
