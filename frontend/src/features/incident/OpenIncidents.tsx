/** The open incidents, on top of the dashboard. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { openIncidentsQuery } from '@/api/incidents';
import { sentenceOf } from '@/api/problem';
import { useLastError } from '@/api/useLastError';
import { paths } from '@/lib/paths';
import { incidentText as text } from '@/lib/text/incident';
import { shellText } from '@/lib/text/shell';
import { Failure, Panel, Section } from '@/ui/Page';
import { IncidentLine } from './IncidentLine';

const SHOWN = 5;

export function OpenIncidents() {
  const read = useQuery(openIncidentsQuery(SHOWN + 1));
  const failure = useLastError(read);
  if (failure !== null) {
    return (
      <div className="mt-8">
        <Failure retry={shellText.retry} onRetry={() => void read.refetch()}>
          {text.openError} {sentenceOf(failure)}
        </Failure>
      </div>
    );
  }
  const { data } = read;
  const open = data?.items ?? [];
  if (open.length === 0) return null;
  const total = data?.total ?? open.length;
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
