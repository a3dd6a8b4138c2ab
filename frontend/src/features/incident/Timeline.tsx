/** What happened in an incident, oldest first, on one line through time. */
import type { IncidentEvent } from '@/api/contract';
import { incidentText } from '@/lib/text/incident';
import { clock, exact } from '@/lib/time';
import { cx } from '@/ui/classes';

export function Timeline({ events }: { events: readonly IncidentEvent[] }) {
  if (events.length === 0) return <p className="text-soft">{incidentText.page.noTimeline}</p>;
  return (
    <ol className="relative ml-1.5 border-l border-line">
      {events.map((event, index) => (
        <li key={`${event.at} ${event.kind}`} className="relative pb-5 pl-5 last:pb-1">
          <span
            aria-hidden="true"
            className={cx(
              'absolute top-1.5 -left-[5px] size-[9px] rounded-full border-2 border-canvas',
              index === events.length - 1 ? 'bg-accent' : 'bg-line-strong',
            )}
          />
          <p>{event.sentence}</p>
          <time dateTime={event.at} title={exact(event.at)} className="figures text-sm text-faint">
            {clock(event.at)}
          </time>
        </li>
      ))}
    </ol>
  );
}
