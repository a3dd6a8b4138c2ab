/** The first failing look beside the last good one, with what differs marked. */
import type { IncidentDetail, Observation, Reason, Severity } from '@/api/contract';
import { bytes, milliseconds } from '@/lib/numbers';
import { spansOf } from '@/lib/phases';
import { incidentText } from '@/lib/text/incident';
import { serviceText } from '@/lib/text/service';
import { date } from '@/lib/time';
import { Panel, Section } from '@/ui/Page';
import { RelativeTime } from '@/ui/RelativeTime';
import { StatusGlyph } from '@/ui/StatusGlyph';
import { Waterfall } from '@/ui/Waterfall';
import { Compared } from './Compared';
import { VendorLook } from './VendorLook';

const text = incidentText.page;

interface Props {
  evidence: IncidentDetail['evidence'];
  severity: Severity;
  /** Why the incident was opened: the verdict on the first failing look. */
  cause: Reason | undefined;
}

export function Evidence({ evidence, severity, cause }: Props) {
  const failing = evidence.first_failed;
  const good = evidence.last_good;
  if (failing === null && good === null) return null;
  const goodFacts = good === null ? null : factsOf(good);
  const failingFacts = failing === null ? null : factsOf(failing, cause?.sentence);
  const differing = differencesOf(failing, good, cause);
  return (
    <Section title={text.evidence}>
      <div className="grid gap-4 lg:grid-cols-2">
        <Look
          title={text.firstFailing}
          none={text.noFirst}
          look={failing}
          facts={failingFacts}
          status={severity}
          differing={differing}
          other={good}
        />
        <Look
          title={text.lastGood}
          none={text.noLast}
          look={good}
          facts={goodFacts}
          status="up"
          differing={differing}
          other={failing}
        />
      </div>
    </Section>
  );
}

type Facts = Record<keyof typeof text.rows, string>;

export function factsOf(look: Observation, verdict?: string): Facts {
  const last = look.hops[look.hops.length - 1];
  const { certificate } = look;
  const reason = look.failure ?? look.unmet;
  const total = milliseconds(look.total_ms);
  return {
    result:
      reason?.sentence ??
      verdict ??
      (last?.status == null ? '–' : text.answered(last.status, total)),
    status: last?.status == null ? '–' : String(last.status),
    address: last?.remote ?? '–',
    total,
    size: last === undefined ? '–' : bytes(last.bytes),
    certificate: certificate === null ? '–' : date(certificate.not_after),
  };
}

/**
 * The rows in which a failing look differs from a good one. Two never take exactly as long: that is worth a mark
 * only where it was too long.
 */
export function differencesOf(
  failing: Observation | null,
  good: Observation | null,
  cause?: Reason,
): ReadonlySet<keyof Facts> {
  if (failing === null || good === null) return new Set();
  const [one, other] = [factsOf(failing), factsOf(good)];
  const differing = (['status', 'address', 'certificate'] as const).filter(
    (row) => one[row] !== other[row],
  );
  const said = (look: Observation) => (look.failure ?? look.unmet)?.sentence;
  const isSlow = cause?.code === SLOW || (said(failing) === undefined && isTooSlow(failing));
  return new Set([
    ...differing,
    ...((said(failing) ?? cause?.sentence) === said(good) ? [] : (['result'] as const)),
    ...(isSlow ? (['total'] as const) : []),
  ]);
}

const SLOW = 'slow_response';
const isTooSlow = ({ advisories }: Observation) => advisories.some(({ code }) => code === SLOW);

interface LookProps {
  title: string;
  none: string;
  look: Observation | null;
  facts: Facts | null;
  status: 'up' | Severity;
  differing: ReadonlySet<keyof Facts>;
  other: Observation | null;
}

function Look({ title, none, look, facts, status, differing, other }: LookProps) {
  if (look === null || facts === null) {
    return (
      <Panel className="p-4 sm:p-5">
        <h3 className="font-medium">{title}</h3>
        <p className="mt-1 text-soft">{none}</p>
      </Panel>
    );
  }
  const phases = spansOf(look.hops).flatMap((hop, index) =>
    hop.map((span) => ({
      key: `${span.phase}:${index}`,
      label: serviceText.page.phases[span.phase],
      start: span.start,
      length: span.length,
    })),
  );
  const body = look.evidence?.body ?? '';
  if (look.vendor !== null) {
    return (
      <Panel className="flex flex-col gap-4 p-4 sm:p-5">
        <LookHead title={title} status={status} at={look.at} />
        <VendorLook words={look.vendor} other={other?.vendor ?? null} />
      </Panel>
    );
  }
  return (
    <Panel className="flex flex-col gap-4 p-4 sm:p-5">
      <LookHead title={title} status={status} at={look.at} />
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
        {(Object.keys(text.rows) as (keyof Facts)[]).map((row) => (
          <div key={row} className="contents">
            <dt className="text-faint">{text.rows[row]}</dt>
            <dd className="figures min-w-0 break-words">
              <Compared differs={differing.has(row)}>{facts[row]}</Compared>
            </dd>
          </div>
        ))}
      </dl>
      {phases.length > 0 && (
        <Waterfall phases={phases} total={look.total_ms} totalLabel={serviceText.page.total} />
      )}
      {body !== '' && (
        <pre className="max-h-40 overflow-y-auto rounded-md bg-sunken p-3 font-mono text-xs break-all whitespace-pre-wrap text-soft">
          {body}
        </pre>
      )}
    </Panel>
  );
}

function LookHead({
  title,
  status,
  at,
}: {
  title: string;
  status: 'up' | Severity;
  at: string | null;
}) {
  return (
    <div className="flex items-center gap-2.5">
      <StatusGlyph status={status} />
      <h3 className="font-medium">{title}</h3>
      {at !== null && <RelativeTime at={at} className="ml-auto text-sm text-faint" />}
    </div>
  );
}
