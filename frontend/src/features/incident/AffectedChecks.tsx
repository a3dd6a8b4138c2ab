/** The checks that make up an incident. */
import { useState } from 'react';
import { Link } from 'react-router';
import type { Check } from '@/api/contract';
import { integer, milliseconds } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { incidentText } from '@/lib/text/incident';
import { shellText } from '@/lib/text/shell';
import { clock, dayAndTime, exact, isSameDay, now } from '@/lib/time';
import { Button } from '@/ui/Button';
import { Panel, Section } from '@/ui/Page';
import { StatusLabel } from '@/ui/StatusGlyph';

const text = incidentText.page;
const SHOWN = 15;

/** More than these are not counted. */
const COUNTED = 1000;

interface Props {
  /** The newest ones. */
  checks: readonly Check[];
  /** How many there are. */
  total: number;
  serviceId: string;
}

export function AffectedChecks({ checks, total, serviceId }: Props) {
  const [all, setAll] = useState(false);
  if (checks.length === 0) return null;
  return (
    <Section title={text.checks}>
      <Panel>
        <ul className="figures divide-y divide-line text-sm">
          {(all ? checks : checks.slice(0, SHOWN)).map((check) => (
            <li key={check.id} className="flex flex-wrap items-baseline gap-x-4 px-4 py-1.5">
              <time
                dateTime={check.checked_at}
                title={exact(check.checked_at)}
                className="text-soft"
              >
                {(isSameDay(check.checked_at, now()) ? clock : dayAndTime)(check.checked_at)}
              </time>
              <StatusLabel status={check.status} className="w-24" />
              <span className="min-w-0 flex-1 basis-40 text-soft">
                {check.reason?.sentence ?? check.status_code}
              </span>
              <span className="text-faint">{milliseconds(check.response_time)}</span>
            </li>
          ))}
        </ul>
      </Panel>
      {total > checks.length && (
        <p className="figures mt-2 text-sm text-soft">
          {text.newestChecks(integer(checks.length), integer(total), total >= COUNTED)}{' '}
          <Link to={paths.service(serviceId)} className="text-accent-text hover:underline">
            {text.allChecks}
          </Link>
        </p>
      )}
      {!all && checks.length > SHOWN && (
        <div className="mt-3 text-center">
          <Button size="sm" onClick={() => setAll(true)}>
            {shellText.showMore}
          </Button>
        </div>
      )}
    </Section>
  );
}
