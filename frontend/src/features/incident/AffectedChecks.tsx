/** The checks that make up an incident. */
import { useState } from 'react';
import type { Check } from '@/api/contract';
import { milliseconds } from '@/lib/numbers';
import { incidentText } from '@/lib/text/incident';
import { shellText } from '@/lib/text/shell';
import { clock, dayAndTime, exact, isSameDay, now } from '@/lib/time';
import { Button } from '@/ui/Button';
import { Panel, Section } from '@/ui/Page';
import { StatusLabel } from '@/ui/StatusGlyph';

const SHOWN = 15;

export function AffectedChecks({ checks }: { checks: readonly Check[] }) {
  const [all, setAll] = useState(false);
  if (checks.length === 0) return null;
  return (
    <Section title={incidentText.page.checks}>
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
