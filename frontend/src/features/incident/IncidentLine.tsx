/** One incident in a list: what, why, when and for how long. */
import { Link } from 'react-router';
import type { Incident } from '@/api/contract';
import { paths } from '@/lib/paths';
import { incidentText as text } from '@/lib/text/incident';
import { dayAndTime, exact, isSameDay, now, shortClock } from '@/lib/time';
import { RelativeTime } from '@/ui/RelativeTime';
import { StatusGlyph } from '@/ui/StatusGlyph';

interface Props {
  incident: Incident;
  /** The service's name as known here; the incident's own word otherwise. */
  name?: string | undefined;
  /** The page is about that one service, so its name need not be said. */
  onItsOwnPage?: boolean;
  /** The day stands beside the list. */
  clockOnly?: boolean;
}

export function IncidentLine({ incident, name, onItsOwnPage = false, clockOnly = false }: Props) {
  const open = incident.resolved_at === null;
  const title = onItsOwnPage ? undefined : (name ?? (incident.service_name || text.deletedService));
  const verb = open ? text.verbOpen[incident.type] : text.verb[incident.type];
  return (
    <li className="relative flex min-h-14 items-center gap-3 py-2 pr-4 pl-4 hover:bg-hover first:rounded-t-[9px] last:rounded-b-[9px]">
      <StatusGlyph status={incident.type === 'downtime' ? 'down' : 'degraded'} muted={!open} />
      <div className="min-w-0 flex-1">
        <Link
          to={paths.incident(incident.id)}
          className="line-clamp-2 font-medium wrap-anywhere after:absolute after:inset-0 sm:line-clamp-1"
        >
          {title === undefined ? (
            text.type[incident.type]
          ) : (
            <>
              <bdi>{title}</bdi> {verb}
            </>
          )}
        </Link>
        <p className="line-clamp-2 text-sm text-faint sm:line-clamp-1">
          {incident.dependency?.sentence ??
            incident.cause?.sentence ??
            text.checksFailed(incident.checks_failed)}
        </p>
      </div>
      <div className="figures shrink-0 text-right text-sm">
        <p className={open ? 'font-medium text-ink' : 'text-soft'}>
          <RelativeTime at={incident.started_at} as="span" until={incident.resolved_at} />
          {open && <span className="sr-only"> {text.ongoing}</span>}
        </p>
        <p className="text-faint" title={exact(incident.started_at)}>
          {clockOnly || isSameDay(incident.started_at, now())
            ? shortClock(incident.started_at)
            : dayAndTime(incident.started_at)}
        </p>
      </div>
    </li>
  );
}
