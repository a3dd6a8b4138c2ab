/** What happened in an incident, oldest first, on one line through time. */
import type { IncidentDetail, IncidentEvent } from '@/api/contract';
import { incidentText } from '@/lib/text/incident';
import { clock, dayAndTime, exact, isSameDay, now } from '@/lib/time';
import { cx } from '@/ui/classes';

const text = incidentText.page;

export function Timeline({ incident }: { incident: IncidentDetail }) {
  const events = [
    { at: incident.started_at, sentence: text.events.firstFailure(incident.cause?.sentence) },
    ...incident.timeline.map((event) => ({ at: event.at, sentence: sentenceFor(event) })),
  ];
  return (
    <ol className="relative ml-1.5 border-l border-line">
      {events.map((event, index) => (
        <li key={`${event.at} ${event.sentence}`} className="relative pb-5 pl-5 last:pb-1">
          <span
            aria-hidden="true"
            className={cx(
              'absolute top-1.5 -left-[5px] size-[9px] rounded-full border-2 border-canvas',
              index === events.length - 1 ? 'bg-accent' : 'bg-line-strong',
            )}
          />
          <p>{event.sentence}</p>
          <time dateTime={event.at} title={exact(event.at)} className="figures text-sm text-faint">
            {isSameDay(event.at, now()) ? clock(event.at) : dayAndTime(event.at)}
          </time>
        </li>
      ))}
    </ol>
  );
}

export function sentenceFor(event: IncidentEvent): string {
  const words = text.events;
  switch (event.kind) {
    case 'opened':
      return words.opened(event.attempts);
    case 'severity_changed':
      return event.severity === 'down'
        ? words.worse(event.cause?.sentence)
        : words.milder(event.cause?.sentence);
    case 'resolved':
      return event.resolution === null ? words.resolved : words.resolvedBy[event.resolution];
    default:
      return event.kind;
  }
}
