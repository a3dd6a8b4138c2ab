/** The checks that make up an incident. */
import type { Check } from '@/api/contract';
import { milliseconds } from '@/lib/numbers';
import { incidentText } from '@/lib/text/incident';
import { clock, exact } from '@/lib/time';
import { Panel, Section } from '@/ui/Page';
import { StatusLabel } from '@/ui/StatusGlyph';

export function AffectedChecks({ checks }: { checks: readonly Check[] }) {
  if (checks.length === 0) return null;
  return (
    <Section title={incidentText.page.checks}>
      <Panel>
        <ul className="figures divide-y divide-line text-sm">
          {checks.map((check) => (
            <li key={check.id} className="flex flex-wrap items-baseline gap-x-4 px-4 py-1.5">
              <time
                dateTime={check.checked_at}
                title={exact(check.checked_at)}
                className="text-soft"
              >
                {clock(check.checked_at)}
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
    </Section>
  );
}
