/** One service on the dashboard. Drawn again only when its own data changes. */
import { memo } from 'react';
import { Link } from 'react-router';
import type { Service, Vendor } from '@/api/contract';
import { useMayEdit } from '@/api/role';
import { milliseconds, percent } from '@/lib/numbers';
import { paths, webAddress } from '@/lib/paths';
import { isTroubled } from '@/lib/status';
import { serviceText as text } from '@/lib/text/service';
import { stateText } from '@/lib/text/state';
import { vendorText } from '@/lib/text/vendor';
import { cx } from '@/ui/classes';
import { DayBar } from '@/ui/DayBar';
import { Icon } from '@/ui/Icon';
import { StatusGlyph, wordColour } from '@/ui/StatusGlyph';
import { statusOf } from './grouping';
import { ServiceMenu } from './ServiceMenu';

/** Shared by the rows and by the column heads above them. */
export const rowGrid =
  'grid grid-cols-[minmax(0,1fr)_auto_auto] md:grid-cols-[minmax(0,1fr)_minmax(10rem,16rem)_4.5rem_4.5rem_2rem] items-center gap-x-4';

export const ServiceRow = memo(function ServiceRow({ service }: { service: Service }) {
  const status = statusOf(service);
  const faded = status === 'paused';
  const mayEdit = useMayEdit();
  const measured = service.monitor_type === 'http_ping';
  const latency = service.current_status.response_time;
  return (
    <div
      className={cx(
        rowGrid,
        'relative gap-y-2 py-2.5 pr-2 pl-4 transition-colors hover:bg-hover max-md:min-h-16 md:min-h-14 md:py-1.5',
      )}
    >
      <div className="flex min-w-0 items-center gap-3 max-md:col-start-1 max-md:row-start-1">
        <StatusGlyph status={status} />
        <div className="min-w-0">
          <div className="flex items-center gap-2">
            <Link
              to={paths.service(service.id)}
              className={cx(
                'block truncate leading-6 font-medium after:absolute after:inset-0',
                faded ? 'text-faint' : 'text-ink',
              )}
            >
              <bdi>{service.name}</bdi>
            </Link>
            {service.vendor !== null && <VendorMark vendor={service.vendor} />}
          </div>
          <p className="truncate text-sm text-faint">
            <span className={wordColour[status]}>{stateText.short[status]}</span>
            {service.current_status.suspect === true && <> · {stateText.checkingAgain}</>}
            {' · '}
            <Detail service={service} />
          </p>
        </div>
      </div>
      <div className="relative z-10 max-md:col-span-3 max-md:row-start-2 max-md:pr-2">
        <DayBar
          name={service.name}
          days={service.uptime_30d_bar}
          createdAt={service.created_at}
          faded={faded}
        />
      </div>
      <p className="figures text-right text-sm text-soft max-md:hidden">
        <span className="sr-only">{text.columns.uptime} </span>
        {percent(service.uptime_24h)}
      </p>
      <p className="figures text-right text-sm text-soft max-md:col-start-2 max-md:row-start-1">
        <span className="sr-only">{text.columns.latency} </span>
        {!measured ? '—' : faded ? '' : milliseconds(latency)}
      </p>
      <div className="relative z-20 max-md:col-start-3 max-md:row-start-1">
        {mayEdit && <ServiceMenu service={service} />}
      </div>
    </div>
  );
});

/** What is wrong while something is, else where the service lives. */
function Detail({ service }: { service: Service }) {
  const reason = service.current_status.reason?.sentence;
  if (isTroubled(statusOf(service)) && reason !== undefined) return reason;
  if (service.vendor !== null) return <VendorDetail vendor={service.vendor} />;
  const address = webAddress(service.url ?? service.status_page_url);
  if (address === null) return service.url;
  return (
    <a
      href={address}
      target="_blank"
      rel="noreferrer noopener"
      className="relative z-10 hover:text-ink hover:underline"
    >
      <bdi>{address.replace(/^https?:\/\//, '')}</bdi>
    </a>
  );
}

/** The page and the component instead of an address. */
function VendorDetail({ vendor }: { vendor: Vendor }) {
  const address = webAddress(vendor.page_url);
  const part = vendor.component === null ? null : ` / ${vendor.component.name}`;
  return (
    <bdi>
      {address === null ? (
        vendor.page_name
      ) : (
        <a
          href={address}
          target="_blank"
          rel="noreferrer noopener"
          className="relative z-10 hover:text-ink hover:underline"
        >
          {vendor.page_name}
        </a>
      )}
      {part}
    </bdi>
  );
}

/** A small sign of what the vendor reports: an open incident, or maintenance under way. */
function VendorMark({ vendor }: { vendor: Vendor }) {
  const [incident] = vendor.incidents;
  const maintenance = vendor.maintenances.find(({ active }) => active);
  const words =
    incident !== undefined
      ? vendorText.incident.mark(vendor.incidents.length, incident.name)
      : maintenance !== undefined
        ? vendorText.maintenance.mark(maintenance.name)
        : null;
  if (words === null) return null;
  return (
    <span title={words} className="relative z-10 inline-flex shrink-0 items-center">
      {incident !== undefined ? (
        <Icon name="megaphone" size={14} className="text-degraded-text" />
      ) : (
        <StatusGlyph status="maintenance" size={12} />
      )}
      <span className="sr-only">{words}</span>
    </span>
  );
}
