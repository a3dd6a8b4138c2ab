/** What the last look saw: its phases, the certificate, and how the service is watched. */
import type { ServiceDetail } from '@/api/contract';
import { milliseconds } from '@/lib/numbers';
import { webAddress } from '@/lib/paths';
import { serviceText } from '@/lib/text/service';
import { date, exact } from '@/lib/time';
import { Fact, Panel, Section } from '@/ui/Page';
import { RelativeTime } from '@/ui/RelativeTime';
import { StatusLabel } from '@/ui/StatusGlyph';
import { CertificateFacts } from './CertificateFacts';
import { intervalWords } from './intervals';
import { LookPhases } from './LookPhases';
import { statusOfLook } from './look-status';

const text = serviceText.page;

export function LastLook({ service }: { service: ServiceDetail }) {
  const look = service.latest;
  const certificate = service.certificate ?? look?.certificate;
  const seen = look === null ? null : statusOfLook(look, service.current_status);
  const secure = service.url?.startsWith('https:') === true;
  return (
    <div className="grid gap-x-6 lg:grid-cols-[minmax(0,1.45fr)_minmax(0,1fr)]">
      <Section
        title={text.lastLook}
        aside={
          look?.at == null ? undefined : (
            <span className="flex items-center gap-3">
              {seen !== null && <StatusLabel status={seen} />}
              <RelativeTime at={look.at} />
            </span>
          )
        }
      >
        <Panel className="p-4 sm:p-5">
          {look === null || look.hops.length === 0 ? (
            <p className="text-soft">{look?.failure?.sentence ?? text.lastLookNone}</p>
          ) : (
            <>
              {seen === null && <p className="mb-3 text-soft">{look.failure?.sentence}</p>}
              <LookPhases observation={look} />
            </>
          )}
        </Panel>
      </Section>
      <Section title={text.configuration}>
        <Panel className="divide-y divide-line">
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 p-4 text-sm sm:px-5">
            <Fact label={text.interval}>{intervalWords(service.check_interval)}</Fact>
            <Fact label={text.method}>{service.method}</Fact>
            <Fact label={text.expected}>{service.expected_statuses}</Fact>
            <Fact label={text.timeout}>{milliseconds(service.timeout_ms)}</Fact>
            <Fact label={text.slow}>{milliseconds(service.degraded_threshold_ms)}</Fact>
            <Fact label={text.created}>
              <span title={exact(service.created_at)}>{date(service.created_at)}</span>
            </Fact>
            {webAddress(service.status_page_url) !== null && (
              <Fact label={text.vendor}>
                <a
                  href={webAddress(service.status_page_url) ?? undefined}
                  target="_blank"
                  rel="noreferrer noopener"
                  className="break-all text-accent hover:underline"
                >
                  {service.status_page_url?.replace(/^https?:\/\//, '')}
                </a>
              </Fact>
            )}
          </dl>
          <div className="p-4 sm:px-5">
            {certificate != null ? (
              <CertificateFacts certificate={certificate} verified={service.tls_verify} />
            ) : (
              <p className="text-sm text-faint">
                {secure ? text.lastLookNone : text.noCertificate}
              </p>
            )}
          </div>
        </Panel>
      </Section>
    </div>
  );
}
