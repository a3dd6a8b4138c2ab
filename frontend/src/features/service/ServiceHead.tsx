/** The head of a service page: its sentence, its address, and what can be done. */
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import type { ServiceDetail } from '@/api/contract';
import { useMayEdit } from '@/api/role';
import { MuteDialog } from '@/features/notice/MuteDialog';
import { paths, webAddress } from '@/lib/paths';
import type { Status } from '@/lib/status';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { stateText } from '@/lib/text/state';
import { vendorText } from '@/lib/text/vendor';
import { Button, backLinkClass, buttonClass } from '@/ui/Button';
import { cx } from '@/ui/classes';
import { DotList } from '@/ui/DotList';
import { Icon } from '@/ui/Icon';
import { Sentence } from '@/ui/Page';
import { RelativeTime } from '@/ui/RelativeTime';
import { StatusGlyph } from '@/ui/StatusGlyph';
import { useServiceActions } from './actions';
import { intervalWords } from './intervals';
import { sinceOf } from './list/concerned';
import { statusOf } from './list/sections';
import { PageLink } from './PageLink';
import { ServiceMenu } from './ServiceMenu';
import { useFreshness } from './useFreshness';

const text = serviceText.page;

interface Props {
  service: ServiceDetail;
  /** When it last came without the stream, by the browser's clock. */
  fetchedAt: number;
}

export function ServiceHead({ service, fetchedAt }: Props) {
  const status = statusOf(service);
  const stale = useFreshness(service, fetchedAt).kind === 'stale';
  const mayEdit = useMayEdit();
  return (
    <>
      <Link to={paths.dashboard()} className={backLinkClass}>
        <Icon name="arrowLeft" size={14} />
        {shellText.dashboard}
        {service.category !== null && <span className="truncate"> / {service.category}</span>}
      </Link>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-4">
        <div className="flex min-w-0 flex-1 basis-96 items-start gap-3.5">
          <StatusGlyph
            status={status}
            muted={stale}
            size={26}
            className="mt-1.5 max-sm:mt-1 max-sm:size-5.5"
          />
          <div className="min-w-0">
            <Sentence>
              <span role="status">
                {stale
                  ? stateText.serviceWas(service.name, status)
                  : stateText.serviceSentence(service.name, status)}
              </span>
              {stale ? (
                <LastSeen at={service.current_status.checked_at} />
              ) : (
                <Since service={service} status={status} />
              )}
            </Sentence>
            <Why service={service} status={status} />
            <Facts service={service} />
          </div>
        </div>
        {mayEdit && <Actions service={service} />}
      </div>
    </>
  );
}

function Actions({ service }: { service: ServiceDetail }) {
  const actions = useServiceActions();
  const navigate = useNavigate();
  const [muting, setMuting] = useState(false);
  return (
    <div className="flex items-center gap-2">
      {statusOf(service) === 'paused' ? (
        <Button size="sm" kind="primary" onClick={() => actions.setPaused(service, false)}>
          <Icon name="play" />
          {text.resume}
        </Button>
      ) : (
        <Button size="sm" onClick={() => actions.look(service)}>
          <Icon name="look" />
          {text.lookNow}
        </Button>
      )}
      <Link to={paths.editService(service.id)} className={buttonClass('secondary', 'sm')}>
        <Icon name="edit" />
        {text.edit}
      </Link>
      <ServiceMenu
        service={service}
        onMute={() => setMuting(true)}
        onRemoved={() => void navigate(paths.dashboard())}
      />
      {muting && <MuteDialog service={service} onClose={() => setMuting(false)} />}
    </div>
  );
}

function LastSeen({ at }: { at: string | null | undefined }) {
  if (at == null) return null;
  return (
    <span className="font-normal text-soft">
      {', '}
      <RelativeTime at={at} />
    </span>
  );
}

function Since({ service, status }: { service: ServiceDetail; status: Status }) {
  if (status === 'pending') return null;
  return (
    <span className="font-normal text-soft">
      {` ${stateText.forSpan} `}
      <RelativeTime at={sinceOf(service)} as="span" />
    </span>
  );
}

function Why({ service, status }: { service: ServiceDetail; status: Status }) {
  const sentence =
    status === 'paused'
      ? text.pausedDetail
      : status === 'pending'
        ? text.pendingDetail
        : status === 'up'
          ? null
          : (service.current_status.reason?.sentence ?? null);
  const suspect = service.current_status.suspect === true;
  if (sentence === null && !suspect) return null;
  return (
    <p className={cx('mt-1 text-lg', status === 'up' ? 'text-soft' : 'text-ink')}>
      {sentence}
      {suspect && <span className="text-soft"> {stateText.checkingAgain}</span>}
    </p>
  );
}

function Facts({ service }: { service: ServiceDetail }) {
  const address = webAddress(service.url);
  const looked = service.current_status.checked_at;
  const { vendor } = service;
  return (
    <DotList className="mt-1.5 text-soft">
      {vendor !== null ? (
        <>
          <PageLink vendor={vendor} />
          {' / '}
          <bdi>{vendor.component?.name ?? vendorText.said.whole}</bdi>
        </>
      ) : address === null ? (
        <span className="break-all">{service.url}</span>
      ) : (
        <a
          href={address}
          target="_blank"
          rel="noreferrer noopener"
          className="break-all hover:text-ink hover:underline"
        >
          {address.replace(/^https?:\/\//, '')}
          <Icon name="external" size={13} className="mb-0.5 ml-1 inline text-faint" />
        </a>
      )}
      {serviceText.checkedEvery(intervalWords(service.check_interval))}
      {vendor === null && looked != null && (
        <>
          {serviceText.lastLook} <RelativeTime at={looked} />
        </>
      )}
    </DotList>
  );
}
