/** One service: how it is, how it was, and the evidence. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link, useParams } from 'react-router';
import { incidentsQuery } from '@/api/incidents';
import { sentenceOf } from '@/api/problem';
import { serviceQuery } from '@/api/services';
import { useLastError } from '@/api/useLastError';
import { IncidentLine } from '@/features/incident/IncidentLine';
import { MutedLine } from '@/features/notice/MutedLine';
import { ChecksLog } from '@/features/service/ChecksLog';
import { Dependencies } from '@/features/service/Dependencies';
import { LastLook } from '@/features/service/LastLook';
import { LatencySection } from '@/features/service/LatencySection';
import { ServiceHead } from '@/features/service/ServiceHead';
import { UptimeSection } from '@/features/service/UptimeSection';
import { VendorConfiguration } from '@/features/service/VendorConfiguration';
import { VendorSection } from '@/features/service/VendorSection';
import { paths } from '@/lib/paths';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { Empty, Failure, PageColumn, Panel, Section, Skeleton, SkeletonRows } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';

const SHOWN_INCIDENTS = 5;
/** As many as a chart of 90 days can tell apart. */
const SHADED_INCIDENTS = 200;
const text = serviceText.page;

export function ServicePage() {
  const { id = '' } = useParams();
  const read = useQuery(serviceQuery(id));
  const { data: service, refetch, dataUpdatedAt } = read;
  const error = useLastError(read);
  const incidents = useInfiniteQuery(incidentsQuery({ service_id: id }, SHADED_INCIDENTS));
  const incidentsError = useLastError(incidents);
  const known = useMemo(
    () => incidents.data?.pages.flatMap((page) => page.items) ?? [],
    [incidents.data],
  );

  if (service === undefined) {
    return (
      <PageColumn>
        {error === null ? (
          <>
            <Skeleton className="h-9 w-2/3" />
            <Skeleton className="mt-3 h-5 w-1/2" />
            <div className="mt-10">
              <SkeletonRows rows={6} label={shellText.loading} />
            </div>
          </>
        ) : (
          <Failure retry={shellText.retry} onRetry={() => void refetch()}>
            {sentenceOf(error)}
          </Failure>
        )}
      </PageColumn>
    );
  }
  const isPage = service.monitor_type === 'status_page';
  const { vendor } = service;
  return (
    <PageColumn>
      <PageTitle>{service.name}</PageTitle>
      <ServiceHead service={service} fetchedAt={dataUpdatedAt} />
      <MutedLine service={service} />
      {isPage ? (
        vendor !== null && <VendorSection service={service} vendor={vendor} />
      ) : (
        <LatencySection service={service} incidents={known} />
      )}
      <UptimeSection service={service} />
      {isPage ? (
        <VendorConfiguration service={service} vendor={vendor} />
      ) : (
        <>
          <LastLook service={service} />
          <Dependencies dependencies={service.depends_on} services={service.depends_on_services} />
        </>
      )}
      <Section
        title={text.incidents}
        aside={
          known.length > SHOWN_INCIDENTS ? (
            <Link
              to={paths.incidents({ service: id })}
              className="touch inline-flex items-center hover:text-ink hover:underline"
            >
              {text.allIncidents}
            </Link>
          ) : undefined
        }
      >
        {incidentsError !== null ? (
          <Failure retry={shellText.retry} onRetry={() => void incidents.refetch()}>
            {sentenceOf(incidentsError)}
          </Failure>
        ) : (
          incidents.isPending && <SkeletonRows rows={2} label={shellText.loading} />
        )}
        {incidents.data !== undefined && known.length === 0 && <Empty>{text.noIncidents}</Empty>}
        {known.length > 0 && (
          <Panel>
            <ul className="divide-y divide-line">
              {known.slice(0, SHOWN_INCIDENTS).map((incident) => (
                <IncidentLine key={incident.id} incident={incident} onItsOwnPage />
              ))}
            </ul>
          </Panel>
        )}
      </Section>
      <ChecksLog serviceId={id} ofPage={isPage} />
    </PageColumn>
  );
}
