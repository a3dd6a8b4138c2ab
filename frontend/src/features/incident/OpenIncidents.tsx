/** The open incidents, on top of the dashboard. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { incidentsQuery } from '@/api/incidents';
import { paths } from '@/lib/paths';
import { incidentText as text } from '@/lib/text/incident';
import { Panel, Section } from '@/ui/Page';
import { IncidentLine } from './IncidentLine';

const SHOWN = 5;

export function OpenIncidents() {
  const { data } = useInfiniteQuery(incidentsQuery({ status: 'open' }, SHOWN + 1));
  const open = data?.pages[0]?.items ?? [];
  if (open.length === 0) return null;
  const total = data?.pages[0]?.total ?? open.length;
  return (
    <Section
      className="mt-8"
      title={text.open}
      aside={
        <Link
          to={paths.incidents({ state: 'open' })}
          className="touch inline-flex items-center rounded-sm hover:text-ink hover:underline"
        >
          {text.openCount(total)}
        </Link>
      }
    >
      <Panel>
        <ul className="divide-y divide-line">
          {open.slice(0, SHOWN).map((incident) => (
            <IncidentLine key={incident.id} incident={incident} />
          ))}
        </ul>
      </Panel>
    </Section>
  );
}
