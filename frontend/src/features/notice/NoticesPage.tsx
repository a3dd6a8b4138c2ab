/** Where people hear: each channel with how it does and what it hears, in sentences. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { channelsQuery, type NoticeRule, rulesQuery } from '@/api/notices';
import { sentenceOf } from '@/api/problem';
import { useMayEdit } from '@/api/role';
import { useLastError } from '@/api/useLastError';
import { paths } from '@/lib/paths';
import { noticeText as text } from '@/lib/text/notice';
import { shellText } from '@/lib/text/shell';
import { buttonClass } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { Empty, Failure, PageColumn, Sentence, SkeletonRows } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { ChannelPanel } from './ChannelPanel';
import { MutedServices } from './MutedServices';

export function NoticesPage() {
  const mayEdit = useMayEdit();
  const channels = useQuery(channelsQuery());
  const rules = useQuery(rulesQuery());
  const channelsError = useLastError(channels);
  const rulesError = useLastError(rules);
  const list = channels.data ?? [];
  const broken = list.filter((channel) => channel.broken !== null).length;
  const add = mayEdit ? (
    <Link to={paths.addChannel()} className={buttonClass('primary', 'sm')}>
      <Icon name="plus" />
      {text.add}
    </Link>
  ) : undefined;
  return (
    <PageColumn narrow>
      <PageTitle>{text.title}</PageTitle>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <Sentence>
          {channels.data === undefined ? text.title : text.sentence(list.length, broken)}
        </Sentence>
        <div className="flex gap-2">
          <Link to={paths.ledger()} className={buttonClass('secondary', 'sm')}>
            {text.ledger}
          </Link>
          {list.length > 0 && add}
        </div>
      </div>
      <div className="mt-7 space-y-4">
        {channels.isPending && channelsError === null && (
          <SkeletonRows rows={2} label={shellText.loading} />
        )}
        {channelsError !== null && (
          <Failure retry={shellText.retry} onRetry={() => void channels.refetch()}>
            {text.loadError} {sentenceOf(channelsError)}
          </Failure>
        )}
        {channels.data !== undefined && list.length === 0 && (
          <Empty action={add}>{text.empty}</Empty>
        )}
        {rulesError !== null && (
          <Failure retry={shellText.retry} onRetry={() => void rules.refetch()}>
            {text.rulesError} {sentenceOf(rulesError)}
          </Failure>
        )}
        {list.map((channel) => (
          <ChannelPanel
            key={channel.id}
            channel={channel}
            rules={rules.data && rulesOf(rules.data, channel.id)}
            mayEdit={mayEdit}
          />
        ))}
      </div>
      <MutedServices />
    </PageColumn>
  );
}

const rulesOf = (rules: readonly NoticeRule[], channel: string) =>
  rules.filter((rule) => rule.channel_id === channel);
