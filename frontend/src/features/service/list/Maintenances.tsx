/** Planned work of vendors that concerns the reader's services: under way, or within the next week. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import type { Maintenance } from '@/api/contract';
import { maintenancesQuery } from '@/api/services';
import { paths } from '@/lib/paths';
import { dashboardText as text } from '@/lib/text/dashboard';
import { dayAndTime, exact, now } from '@/lib/time';
import { Panel, Section } from '@/ui/Page';
import { StatusGlyph } from '@/ui/StatusGlyph';

const SHOWN = 4;
const SOON_MS = 7 * 86_400_000;

export function Maintenances() {
  const { data = [] } = useQuery(maintenancesQuery());
  const soon = data.filter(
    ({ active, scheduled_for }) =>
      active || (scheduled_for != null && Date.parse(scheduled_for) - now() < SOON_MS),
  );
  if (soon.length === 0) return null;
  return (
    <Section className="mt-8" title={text.maintenance}>
      <Panel>
        <ul className="divide-y divide-line">
          {soon.slice(0, SHOWN).map((one) => (
            <Line key={`${one.page_name} ${one.id}`} one={one} />
          ))}
        </ul>
      </Panel>
    </Section>
  );
}

function Line({ one }: { one: Maintenance }) {
  const { active, scheduled_for, scheduled_until } = one;
  const moment = active ? scheduled_until : scheduled_for;
  return (
    <li className="relative flex min-h-14 items-center gap-3 px-4 py-2 hover:bg-hover first:rounded-t-[9px] last:rounded-b-[9px]">
      <StatusGlyph status="maintenance" muted={!active} />
      <div className="min-w-0 flex-1">
        <Link
          to={paths.service(one.service_id)}
          className="block truncate font-medium after:absolute after:inset-0"
        >
          <bdi>{one.name}</bdi>
        </Link>
        <p className="truncate text-sm text-faint">
          <bdi>{one.page_name}</bdi> · <bdi>{text.concerns(one.service_name, one.services)}</bdi>
        </p>
      </div>
      <div className="figures shrink-0 text-right text-sm text-soft">
        {active && <p className="font-medium text-maintenance-text">{text.maintenanceUnderWay}</p>}
        {moment != null && (
          <p className={active ? 'text-faint' : ''} title={exact(moment)}>
            {active
              ? text.maintenanceUntil(dayAndTime(moment))
              : text.maintenanceFrom(dayAndTime(moment))}
          </p>
        )}
      </div>
    </li>
  );
}
