/** One service on the dashboard. Drawn again only when its own data changes. */
import { type KeyboardEvent, memo, type RefObject } from 'react';
import { Link } from 'react-router';
import type { Service, Vendor } from '@/api/contract';
import { useMayEdit } from '@/api/role';
import { milliseconds, percent } from '@/lib/numbers';
import { paths, webAddress } from '@/lib/paths';
import { isFree } from '@/lib/shortcuts';
import { areSingleKeysOn } from '@/lib/single-keys';
import { isTroubled } from '@/lib/status';
import { dashboardText } from '@/lib/text/dashboard';
import { serviceText as text } from '@/lib/text/service';
import { stateText } from '@/lib/text/state';
import { vendorText } from '@/lib/text/vendor';
import { cx } from '@/ui/classes';
import { DayBar } from '@/ui/DayBar';
import { Icon } from '@/ui/Icon';
import { Sparkline } from '@/ui/Sparkline';
import { StatusGlyph, wordColour } from '@/ui/StatusGlyph';
import { ServiceMenu } from '../ServiceMenu';
import { statusOf } from './sections';
import { toggle, useIsSelecting, type Within } from './selection';

/** Shared by the rows and by the column heads above them. */
export const rowGrid =
  'grid grid-cols-[minmax(0,1fr)_auto_auto] items-center gap-x-4 max-md:gap-x-3 md:grid-cols-[minmax(0,1fr)_minmax(9rem,13rem)_4.25rem_4.25rem_2rem] lg:grid-cols-[minmax(0,1fr)_minmax(10rem,15rem)_4.25rem_4.75rem_4.25rem_2rem]';

interface Props {
  service: Service;
  selected: boolean;
  /** The rows around it, for selecting a range. */
  within: RefObject<Within>;
}

export const ServiceRow = memo(function ServiceRow({ service, selected, within }: Props) {
  const status = statusOf(service);
  const faded = status === 'paused';
  const mayEdit = useMayEdit();
  const measured = service.monitor_type === 'http_ping';
  const latency = service.current_status.response_time;
  const trouble = troubleOf(service);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== 'x' || !mayEdit || !areSingleKeysOn() || !isFree(event)) return;
    toggle(service, within.current, event.shiftKey);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut; the box to tick does the same
    <div
      data-service={service.id}
      onKeyDown={onKeyDown}
      className={cx(
        rowGrid,
        'group relative h-full content-center pr-2 pl-4 transition-colors max-md:pr-1',
        trouble === undefined ? 'gap-y-1.5' : 'max-md:gap-y-0 md:gap-y-1.5',
        selected ? 'bg-accent-wash' : 'hover:bg-hover',
      )}
    >
      <div className="flex min-w-0 items-center gap-3 max-md:col-start-1 max-md:row-start-1">
        <Tick service={service} selected={selected} within={within} mayEdit={mayEdit} />
        <div className="min-w-0 md:compact:flex md:compact:flex-1 md:compact:items-baseline md:compact:gap-x-3">
          <div className="flex min-w-0 items-center gap-2">
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
          <p className="truncate text-sm text-faint max-md:hidden md:compact:min-w-20 md:compact:flex-1">
            <span className={wordColour[status]}>{stateText.short[status]}</span>
            {service.current_status.suspect === true && <> · {stateText.checkingAgain}</>}
            {' · '}
            <Detail service={service} />
          </p>
        </div>
      </div>
      {trouble !== undefined && (
        <p className="line-clamp-2 text-sm break-words text-soft max-md:col-span-2 max-md:row-start-2 md:hidden">
          {trouble}
        </p>
      )}
      <div
        className={cx(
          'relative z-[1] flex items-center gap-3 max-md:col-span-2 max-md:row-start-2',
          trouble !== undefined && 'max-md:hidden',
        )}
      >
        {service.current_status.suspect === true && (
          <p className="shrink-0 text-sm text-soft md:hidden">{stateText.checkingAgain}</p>
        )}
        <div className="min-w-0 flex-1">
          <DayBar
            name={service.name}
            days={service.uptime_30d_bar}
            createdAt={service.created_at}
            faded={faded}
          />
        </div>
      </div>
      <p className="figures text-right text-sm text-soft max-md:hidden">
        <span className="sr-only">{text.columns.uptime} </span>
        {percent(service.uptime_24h)}
      </p>
      <div className="max-lg:hidden">
        {measured && !faded && (
          <Sparkline
            points={service.latency_24h}
            title={latencySpan}
            className="relative z-[1] h-5 w-full text-faint"
          />
        )}
      </div>
      <p className="figures text-right text-sm text-soft max-md:col-start-2 max-md:row-start-1">
        <span className={cx('mr-2 md:hidden', wordColour[status])}>{stateText.short[status]}</span>
        <span className="sr-only">{text.columns.latency} </span>
        {!measured ? <span className="max-md:hidden">—</span> : faded ? '' : milliseconds(latency)}
      </p>
      <div className="relative z-[2] max-md:col-start-3 max-md:row-span-2 max-md:row-start-1 has-aria-expanded:z-30">
        {mayEdit && <ServiceMenu service={service} />}
      </div>
    </div>
  );
});

const latencySpan = (low: number, high: number): string =>
  dashboardText.latencySpan(milliseconds(low), milliseconds(high));

interface TickProps extends Props {
  mayEdit: boolean;
}

/** The sign of the state; a box to tick while one selects, or where a mouse comes near. */
function Tick({ service, selected, within, mayEdit }: TickProps) {
  const selecting = useIsSelecting();
  const sign = <StatusGlyph status={statusOf(service)} />;
  if (!mayEdit) return sign;
  return (
    <span className="relative flex size-3.5 shrink-0 items-center justify-center">
      <span
        className={cx(selecting ? 'opacity-0' : 'pointer-fine:group-hover:opacity-0')}
        aria-hidden="true"
      >
        {sign}
      </span>
      <input
        type="checkbox"
        tabIndex={selecting ? 0 : -1}
        aria-label={dashboardText.selectOne(service.name)}
        checked={selected}
        onChange={() => undefined}
        onClick={({ shiftKey }) => toggle(service, within.current, shiftKey)}
        className={cx(
          'absolute z-[2] size-4 cursor-pointer accent-accent-solid before:absolute before:-inset-3.5 before:content-[""] md:compact:pointer-fine:before:-inset-y-2.5',
          !selecting &&
            'opacity-0 pointer-coarse:hidden pointer-fine:group-hover:opacity-100 focus-visible:opacity-100',
        )}
      />
    </span>
  );
}

/** What is wrong while something is. On a phone it takes the two lines that the bar would: the row grows for nothing. */
function troubleOf(service: Service): string | undefined {
  const { reason, suspect } = service.current_status;
  if (!isTroubled(statusOf(service)) || reason == null) return undefined;
  return suspect === true ? `${stateText.checkingAgain} · ${reason.sentence}` : reason.sentence;
}

/** What is wrong while something is, else where the service lives. */
function Detail({ service }: { service: Service }) {
  const { reason } = service.current_status;
  if (isTroubled(statusOf(service)) && reason != null) return reason.sentence;
  if (service.vendor !== null) return <VendorDetail vendor={service.vendor} />;
  const address = webAddress(service.url ?? service.status_page_url);
  if (address === null) return service.url;
  return (
    <a
      href={address}
      target="_blank"
      rel="noreferrer noopener"
      className="relative z-[1] hover:text-ink hover:underline"
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
          className="relative z-[1] hover:text-ink hover:underline"
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
    <span title={words} className="relative z-[1] inline-flex shrink-0 items-center">
      {incident !== undefined ? (
        <Icon name="megaphone" size={14} className="text-degraded-text" />
      ) : (
        <StatusGlyph status="maintenance" size={12} />
      )}
      <span className="sr-only">{words}</span>
    </span>
  );
}
