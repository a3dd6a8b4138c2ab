/**
 * Planned work that concerns the reader's services: windows of the workspace's own, running or
 * within a day, and what vendors announce, under way or within the next week.
 */
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import type { Maintenance } from '@/api/contract';
import { type SoonWindow, soonWindowsQuery } from '@/api/maintenance';
import { sentenceOf } from '@/api/problem';
import { maintenancesQuery } from '@/api/services';
import { useLastError } from '@/api/useLastError';
import { coversInShort, nearWindows } from '@/features/maintenance/soon';
import { paths } from '@/lib/paths';
import { dashboardText as text } from '@/lib/text/dashboard';
import { shellText } from '@/lib/text/shell';
import { dayAndTime, exact, isSameDay, shortClock } from '@/lib/time';
import { Button } from '@/ui/Button';
import { Failure, Panel, Section } from '@/ui/Page';
import { useNow } from '@/ui/RelativeTime';
import { StatusGlyph } from '@/ui/StatusGlyph';

/** Of each kind. */
const SHOWN = 4;
const SOON_MS = 7 * 86_400_000;

export function Maintenances() {
  const vendors = useQuery(maintenancesQuery());
  const windows = useQuery(soonWindowsQuery());
  const [allAnnounced, setAllAnnounced] = useState(false);
  const vendorsError = useLastError(vendors);
  const windowsError = useLastError(windows);
  const failure = vendorsError ?? windowsError;
  const now = useNow();
  const listed = windows.data?.items ?? [];
  const own = nearWindows(listed, now);
  // Those that ended since the list was read are not counted either.
  const unlisted = Math.max(0, (windows.data?.total ?? 0) - listed.length);
  const moreOwn = Math.max(0, own.length - SHOWN) + unlisted;
  const announced = (vendors.data ?? []).filter(
    ({ active, scheduled_for }) =>
      active || (scheduled_for != null && Date.parse(scheduled_for) - now < SOON_MS),
  );
  const moreAnnounced = allAnnounced ? 0 : Math.max(0, announced.length - SHOWN);
  const retry = () => {
    if (vendorsError !== null) void vendors.refetch();
    if (windowsError !== null) void windows.refetch();
  };
  if (own.length + announced.length === 0 && failure === null) return null;
  return (
    <Section
      className="mt-8"
      title={text.maintenance}
      aside={
        moreOwn > 0 ? (
          <Link
            to={paths.maintenance()}
            className="touch inline-flex items-center rounded-sm hover:text-ink hover:underline"
          >
            {text.maintenanceMore(moreOwn)}
          </Link>
        ) : undefined
      }
    >
      {failure !== null && (
        <Failure retry={shellText.retry} onRetry={retry}>
          {text.maintenanceError} {sentenceOf(failure)}
        </Failure>
      )}
      {own.length + announced.length > 0 && (
        <Panel className={failure === null ? '' : 'mt-3'}>
          <ul className="divide-y divide-line">
            {own.slice(0, SHOWN).map(({ window, active, moment }) => (
              <Line
                key={window.id}
                to={paths.maintenance()}
                name={window.title}
                active={active}
                moment={moment}
                now={now}
              >
                <OwnDetail window={window} />
              </Line>
            ))}
            {announced.slice(0, announced.length - moreAnnounced).map((one) => (
              <Line
                key={`${one.page_name} ${one.id}`}
                to={paths.service(one.service_id)}
                name={one.name}
                active={one.active}
                moment={(one.active ? one.scheduled_until : one.scheduled_for) ?? null}
                now={now}
              >
                <VendorDetail one={one} />
              </Line>
            ))}
          </ul>
        </Panel>
      )}
      {moreAnnounced > 0 && (
        <div className="mt-3 text-center">
          <Button size="sm" onClick={() => setAllAnnounced(true)}>
            {text.maintenanceMoreAnnounced(moreAnnounced)}
          </Button>
        </div>
      )}
    </Section>
  );
}

const OwnDetail = ({ window }: { window: SoonWindow }) => (
  <>
    {text.maintenanceOwn} · <bdi>{coversInShort(window)}</bdi>
  </>
);

const VendorDetail = ({ one }: { one: Maintenance }) => (
  <>
    <bdi>{one.page_name}</bdi> · <bdi>{text.concerns(one.service_name, one.services)}</bdi>
  </>
);

interface LineProps {
  to: string;
  name: string;
  active: boolean;
  /** Its end when it is under way, else its beginning. */
  moment: string | null;
  now: number;
  children: ReactNode;
}

function Line({ to, name, active, moment, now, children }: LineProps) {
  return (
    <li className="relative flex min-h-14 items-center gap-3 px-4 py-2 hover:bg-hover first:rounded-t-[9px] last:rounded-b-[9px]">
      <StatusGlyph status="maintenance" muted={!active} />
      <div className="min-w-0 flex-1">
        <Link
          to={to}
          className="line-clamp-2 font-medium after:absolute after:inset-0 sm:line-clamp-1"
        >
          <bdi>{name}</bdi>
        </Link>
        <p className="truncate text-sm text-faint">{children}</p>
      </div>
      <div className="figures shrink-0 text-right text-sm text-soft">
        {active && <p className="font-medium text-maintenance-text">{text.maintenanceUnderWay}</p>}
        {moment !== null && (
          <p className={active ? 'text-faint' : ''} title={exact(moment)}>
            {(active ? text.maintenanceUntil : text.maintenanceFrom)(whenIn(moment, now))}
          </p>
        )}
      </div>
    </li>
  );
}

/** Without the day where it is today. */
const whenIn = (moment: string, now: number): string =>
  isSameDay(moment, now) ? shortClock(moment) : dayAndTime(moment);
