/** The incidents of a range as lines through time, one service below the other; the list beside it says the same in words. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import type { Incident } from '@/api/contract';
import { type IncidentFilters, incidentSpansQuery } from '@/api/incidents';
import { sentenceOf } from '@/api/problem';
import { useLastError } from '@/api/useLastError';
import { type Lane, lanesOf, type Placed } from '@/lib/lanes';
import { integer } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { type Range, rangeMs } from '@/lib/ranges';
import { incidentText } from '@/lib/text/incident';
import { shellText } from '@/lib/text/shell';
import { ticksOf } from '@/lib/ticks';
import { axisDay, dayAndTime, shortClock, since } from '@/lib/time';
import { cx } from '@/ui/classes';
import { Failure, Panel, SkeletonBlock } from '@/ui/Page';
import { useNow } from '@/ui/RelativeTime';

const text = incidentText.map;
const LANES = 8;
interface Props {
  filters: IncidentFilters;
  range: Range;
}

export function IncidentMap({ filters, range }: Props) {
  const read = useQuery(incidentSpansQuery(filters, range));
  const { data, refetch } = read;
  const error = useLastError(read);
  // A minute is finer than a pixel.
  const to = Math.ceil(useNow() / 60_000) * 60_000;
  const from = to - rangeMs[range];
  if (error !== null) {
    return (
      <Failure retry={shellText.retry} onRetry={() => void refetch()}>
        {text.error} {sentenceOf(error)}
      </Failure>
    );
  }
  if (data === undefined) return <SkeletonBlock className="h-40" />;
  const { spans, total, open } = data;
  const { shown, more } = lanesOf(spans, { from, to, most: LANES });
  const services = shown.length + more;
  if (services === 0) {
    return <Panel className="px-4 py-5 text-soft sm:px-5">{text.quiet[range]}</Panel>;
  }
  // Who has only incidents that are not drawn is not counted.
  const some = (n: number) => (total > spans.length ? text.atLeast(integer(n)) : integer(n));
  const isShort = range === '24h';
  const ticks = ticksOf(from, to, 6).map((at) => ({
    at,
    share: (at - from) / (to - from),
    label: isShort ? shortClock(at) : axisDay(at),
  }));
  return (
    <Panel className="px-4 pt-3.5 pb-3 sm:px-5">
      <p className="sr-only">
        {text.summary(integer(total), some(services), text.ranges[range], integer(open))}
      </p>
      {total > spans.length && (
        <p className="figures mb-2 text-sm text-soft">
          {text.newest(integer(spans.length), integer(total))}
        </p>
      )}
      <div aria-hidden="true" className="figures">
        <div className="relative">
          <Grid ticks={ticks} />
          <ul className="relative">
            {shown.map((lane) => (
              <Line key={lane.id} lane={lane} />
            ))}
          </ul>
        </div>
        <div className={cx(row, 'text-xs text-faint')}>
          <span className="truncate">{more > 0 && text.more(some(more))}</span>
          <div className="relative mt-1 h-4">
            {ticks.map(({ at, share, label }) => (
              <span
                key={at}
                style={{ left: `${share * 100}%` }}
                className="absolute -translate-x-1/2 whitespace-nowrap first:translate-x-0"
              >
                {label}
              </span>
            ))}
          </div>
        </div>
      </div>
    </Panel>
  );
}

/** Names stand left of the lines; on a phone above them. */
const row = 'grid sm:grid-cols-[9.5rem_minmax(0,1fr)] sm:gap-x-4';

function Grid({ ticks }: { ticks: readonly { at: number; share: number }[] }) {
  return (
    <div className={cx(row, 'absolute inset-0')}>
      <span className="max-sm:hidden" />
      <div className="relative">
        {ticks.map(({ at, share }) => (
          <span
            key={at}
            style={{ left: `${share * 100}%` }}
            className="absolute inset-y-0 w-px bg-line"
          />
        ))}
      </div>
    </div>
  );
}

function Line({ lane }: { lane: Lane<Incident> }) {
  return (
    <li className={cx(row, 'items-center max-sm:pt-1')}>
      <Link
        to={paths.service(lane.id)}
        tabIndex={-1}
        className="truncate text-sm text-soft hover:text-ink"
      >
        <bdi>{lane.name}</bdi>
      </Link>
      <div className="relative h-7 max-sm:h-5">
        <span className="absolute inset-x-0 top-1/2 h-px bg-line" />
        {lane.spans.map((placed) => (
          <Bar key={placed.span.id} placed={placed} />
        ))}
      </div>
    </li>
  );
}

/** Downtime is tall, degradation low: no colour is needed to tell them apart. */
function Bar({ placed: { span, start, length } }: { placed: Placed<Incident> }) {
  const open = span.resolved_at === null;
  const lasted = since(span.started_at, span.resolved_at ?? undefined);
  const words = open ? incidentText.verbOpen : incidentText.verb;
  return (
    <Link
      to={paths.incident(span.id)}
      tabIndex={-1}
      title={text.bar(span.service_name, words[span.type], lasted, dayAndTime(span.started_at))}
      style={{ left: `min(${start * 100}%, 100% - 5px)`, width: `${length * 100}%` }}
      className="group absolute inset-y-0 flex min-w-[5px] items-center"
    >
      <span
        className={cx(
          'block w-full rounded-[2px] ring-surface ring-1 group-hover:ring-2 group-hover:ring-accent',
          span.type === 'downtime' ? 'h-4 bg-down max-sm:h-3.5' : 'h-2 bg-degraded max-sm:h-1.5',
          open && 'rounded-r-none',
        )}
      />
    </Link>
  );
}
