/** One incident: what happened, when, and the evidence for it. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import type { FailingDependency, IncidentDetail } from '@/api/contract';
import { incidentQuery } from '@/api/incidents';
import { sentenceOf } from '@/api/problem';
import { serviceQuery } from '@/api/services';
import { useLastError } from '@/api/useLastError';
import { paths, webAddress } from '@/lib/paths';
import { incidentText } from '@/lib/text/incident';
import { shellText } from '@/lib/text/shell';
import { stateText } from '@/lib/text/state';
import { exact, since } from '@/lib/time';
import { levelOf, signOf } from '@/lib/vendor';
import { backLinkClass, buttonClass } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { Failure, PageColumn, Panel, Section, Sentence, SkeletonRows } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { RelativeTime } from '@/ui/RelativeTime';
import { StatusGlyph, StatusLabel } from '@/ui/StatusGlyph';
import { AffectedChecks } from './AffectedChecks';
import { Evidence } from './Evidence';
import { TakeOn } from './TakeOn';
import { Timeline } from './Timeline';

const text = incidentText.page;

export function IncidentPage() {
  const { id = '' } = useParams();
  const read = useQuery(incidentQuery(id));
  const { data: incident, refetch } = read;
  const error = useLastError(read);
  if (incident === undefined) {
    return (
      <PageColumn>
        {error === null ? (
          <SkeletonRows rows={6} label={shellText.loading} />
        ) : (
          <Failure retry={shellText.retry} onRetry={() => void refetch()}>
            {sentenceOf(error)}
          </Failure>
        )}
      </PageColumn>
    );
  }
  return <Loaded incident={incident} />;
}

function Loaded({ incident }: { incident: IncidentDetail }) {
  // The service may be gone; its incident stays readable.
  const service = useQuery({
    ...serviceQuery(incident.service_id),
    throwOnError: false,
    retry: false,
  });
  const name = service.data?.name ?? (incident.service_name || incidentText.deletedService);
  const open = incident.resolved_at === null;
  const type = text.typeWord[incident.type];
  return (
    <PageColumn>
      <PageTitle>{`${name}: ${incidentText.type[incident.type]}`}</PageTitle>
      <Link to={paths.incidents()} className={backLinkClass}>
        <Icon name="arrowLeft" size={14} />
        {incidentText.title}
      </Link>
      {incident.dependency !== null && <TheirFault dependency={incident.dependency} />}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-4">
        <div className="flex min-w-0 flex-1 basis-96 items-start gap-3.5">
          <StatusGlyph
            status={incident.type === 'downtime' ? 'down' : 'degraded'}
            muted={!open}
            size={26}
            className="mt-1.5 max-sm:mt-1 max-sm:size-5.5"
          />
          <div className="min-w-0">
            <Sentence>
              {open ? (
                <>
                  {text.sentenceOpen(name, type)}
                  <span className="font-normal text-soft">
                    {` ${stateText.forSpan} `}
                    <RelativeTime at={incident.started_at} as="span" />
                  </span>
                </>
              ) : (
                text.sentenceResolved(
                  name,
                  type,
                  since(incident.started_at, incident.resolved_at ?? undefined),
                )
              )}
            </Sentence>
            {incident.cause !== null && <p className="mt-1 text-lg">{incident.cause.sentence}</p>}
          </div>
        </div>
        <div className="flex gap-2">
          <TakeOn incident={incident} />
          {service.data !== undefined && (
            <Link
              to={paths.service(incident.service_id)}
              className={buttonClass('secondary', 'sm')}
            >
              {text.seeService}
            </Link>
          )}
        </div>
      </div>
      <Panel className="mt-6">
        <dl className="grid grid-cols-2 gap-x-6 gap-y-3 px-4 py-3.5 sm:grid-cols-3 sm:px-5 lg:grid-cols-5">
          <Fact label={text.started}>{exact(incident.started_at)}</Fact>
          <Fact label={text.resolved}>
            {incident.resolved_at === null ? text.stillOpen : exact(incident.resolved_at)}
          </Fact>
          <Fact label={text.duration}>
            <RelativeTime at={incident.started_at} as="span" until={incident.resolved_at} />
          </Fact>
          <Fact label={text.failedChecks}>{incident.checks_failed}</Fact>
          <Fact label={text.severity}>
            <StatusLabel status={incident.worst_severity} />
          </Fact>
        </dl>
      </Panel>
      <Evidence
        evidence={incident.evidence}
        severity={incident.worst_severity}
        cause={incident.cause ?? undefined}
      />
      <div className="grid gap-x-6 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.45fr)]">
        <Section title={text.timeline}>
          <Timeline incident={incident} />
        </Section>
        <AffectedChecks
          checks={incident.checks}
          total={incident.checks_total}
          serviceId={incident.service_id}
        />
      </div>
    </PageColumn>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-sm text-faint">{label}</dt>
      <dd className="figures font-medium">{children}</dd>
    </div>
  );
}

/** The first line of an incident that began while something it depends on was not operational. */
function TheirFault({ dependency }: { dependency: FailingDependency }) {
  const address = webAddress(dependency.url);
  const sign = signOf[levelOf(dependency.level)];
  return (
    <p className="mb-5 flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg bg-degraded-wash px-4 py-3 text-lg sm:px-5">
      <StatusGlyph status={sign} size={16} />
      <span className="min-w-0">{dependency.sentence}</span>
      {address !== null && (
        <a
          href={address}
          target="_blank"
          rel="noreferrer noopener"
          className="text-base font-medium text-accent hover:underline"
        >
          {text.dependencyMore}
          <Icon name="external" size={13} className="mb-0.5 ml-1 inline" />
        </a>
      )}
    </p>
  );
}
