/** What happened in an incident, oldest first, on one line through time. */
import type { IncidentDetail, IncidentEvent } from '@/api/contract';
import { webAddress } from '@/lib/paths';
import { incidentText } from '@/lib/text/incident';
import { vendorText } from '@/lib/text/vendor';
import { clock, dayAndTime, exact, isSameDay, now } from '@/lib/time';
import { phaseWord } from '@/lib/vendor';
import { cx } from '@/ui/classes';
import { Icon } from '@/ui/Icon';

const text = incidentText.page;

export function Timeline({ incident }: { incident: IncidentDetail }) {
  const events: Line[] = [
    {
      at: incident.started_at,
      sentence: text.events.firstFailure(incident.cause?.sentence),
      said: null,
      url: null,
    },
    ...incident.timeline.map(lineOf),
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
          {event.said !== null && event.said !== '' && (
            <blockquote className="my-1 max-w-prose border-l-2 border-line-strong pl-3 whitespace-pre-line text-soft">
              {event.said}
            </blockquote>
          )}
          <time dateTime={event.at} title={exact(event.at)} className="figures text-sm text-faint">
            {isSameDay(event.at, now()) ? clock(event.at) : dayAndTime(event.at)}
          </time>
          {event.url !== null && (
            <a
              href={event.url}
              target="_blank"
              rel="noreferrer noopener"
              aria-label={`${vendorText.incident.link}: ${event.sentence}`}
              className="ml-3 text-sm font-medium text-accent hover:underline"
            >
              {vendorText.incident.link}
              <Icon name="external" size={13} className="mb-0.5 ml-1 inline" />
            </a>
          )}
        </li>
      ))}
    </ol>
  );
}

interface Line {
  at: string;
  sentence: string;
  /** A vendor's own words. */
  said: string | null;
  url: string | null;
}

export const lineOf = (event: IncidentEvent): Line => ({
  at: event.at,
  sentence: sentenceFor(event),
  said: event.vendor?.text ?? event.note ?? null,
  url: webAddress(event.vendor?.url ?? event.dependency?.url),
});

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
    case 'vendor_said':
      return event.vendor === null
        ? words.vendorSaid
        : words.vendorSaidOf(event.vendor.incident, phaseWord(event.vendor.phase));
    case 'acknowledged':
      return words.acknowledged(event.by);
    case 'dependency_failing':
      return event.dependency?.sentence ?? words.dependencyFailing;
    default:
      return event.kind;
  }
}
