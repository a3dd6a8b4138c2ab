/** The ledger: every attempt to say something, newest first; the filters stand in the URL. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { channelsQuery, type Delivery, deliveriesQuery } from '@/api/notices';
import { sentenceOf } from '@/api/problem';
import { useLastError } from '@/api/useLastError';
import { Older } from '@/features/paging/Older';
import { paths } from '@/lib/paths';
import { noticeText as text } from '@/lib/text/notice';
import { shellText } from '@/lib/text/shell';
import { backLinkClass } from '@/ui/Button';
import { DotList } from '@/ui/DotList';
import { SelectField } from '@/ui/Field';
import { Icon } from '@/ui/Icon';
import { Empty, Failure, PageColumn, Panel, Sentence, SkeletonRows } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { RelativeTime } from '@/ui/RelativeTime';
import { DeliveryDialog } from './DeliveryDialog';

export function LedgerPage() {
  const [search, setSearch] = useSearchParams();
  const [open, setOpen] = useState<Delivery | null>(null);
  const channel = search.get('channel') ?? '';
  const outcome = search.get('outcome') ?? '';
  const { data: channels } = useQuery(channelsQuery());
  const ledger = useInfiniteQuery(
    deliveriesQuery({ channel_id: channel || undefined, outcome: outcome || undefined }),
  );
  const failure = useLastError(ledger);
  const items = ledger.data?.pages.flatMap((page) => page.items) ?? [];
  const change = (name: string, value: string) =>
    setSearch(
      (before) => {
        if (value === '') before.delete(name);
        else before.set(name, value);
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  return (
    <PageColumn narrow>
      <PageTitle>{text.ledger}</PageTitle>
      <Link to={paths.notices()} className={backLinkClass}>
        <Icon name="arrowLeft" size={14} />
        {text.title}
      </Link>
      <Sentence>{text.ledgerTitle}</Sentence>
      <div className="mt-6 grid grid-cols-2 gap-3">
        <SelectField
          label={text.channel}
          value={channel}
          onChange={(event) => change('channel', event.target.value)}
        >
          <option value="">{text.allChannels}</option>
          {channels?.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={text.outcome}
          value={outcome}
          onChange={(event) => change('outcome', event.target.value)}
        >
          <option value="">{text.allOutcomes}</option>
          {Object.entries(text.outcomes).map(([word, label]) => (
            <option key={word} value={word}>
              {label}
            </option>
          ))}
        </SelectField>
      </div>
      <div className="mt-6">
        {ledger.isPending && failure === null && (
          <SkeletonRows rows={5} label={shellText.loading} />
        )}
        {failure !== null && (
          <Failure retry={shellText.retry} onRetry={() => void ledger.refetch()}>
            {text.ledgerError} {sentenceOf(failure)}
          </Failure>
        )}
        {ledger.data !== undefined && items.length === 0 && (
          <Empty>{channel + outcome === '' ? text.ledgerEmpty : text.ledgerEmptyFiltered}</Empty>
        )}
        {items.length > 0 && (
          <Panel>
            <ul className="divide-y divide-line">
              {items.map((delivery) => (
                <Line key={delivery.id} delivery={delivery} onOpen={() => setOpen(delivery)} />
              ))}
            </ul>
          </Panel>
        )}
      </div>
      <div className="mt-5">
        <Older list={ledger}>{text.older}</Older>
      </div>
      {open !== null && <DeliveryDialog delivery={open} onClose={() => setOpen(null)} />}
    </PageColumn>
  );
}

function Line({ delivery, onOpen }: { delivery: Delivery; onOpen: () => void }) {
  const failed = delivery.outcome !== 'sent';
  return (
    <li>
      <button
        type="button"
        onClick={onOpen}
        className="block w-full px-4 py-3 text-left transition-colors hover:bg-hover"
      >
        <span className="line-clamp-2 font-medium wrap-anywhere sm:line-clamp-1">
          {delivery.headline}
        </span>
        <DotList className="text-sm text-faint">
          <bdi>{delivery.channel_name}</bdi>
          <span className={failed ? 'font-medium text-down-text' : ''}>
            {text.outcomes[delivery.outcome] ?? delivery.outcome}
          </span>
          <RelativeTime at={delivery.at} />
        </DotList>
        {failed && delivery.detail !== '' && (
          <span className="mt-0.5 line-clamp-2 text-sm text-soft sm:line-clamp-1">
            {delivery.detail}
          </span>
        )}
      </button>
    </li>
  );
}
