/** One channel: its state, its rules, and a test on the way that every message takes. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { keys } from '@/api/keys';
import { type Channel, type NoticeRule, testChannel } from '@/api/notices';
import { sentenceOf } from '@/api/problem';
import { paths } from '@/lib/paths';
import { noticeText as text } from '@/lib/text/notice';
import { previewText } from '@/lib/text/preview';
import { Button, buttonClass, IconButton } from '@/ui/Button';
import { DotList } from '@/ui/DotList';
import { Icon } from '@/ui/Icon';
import { Notice, Panel } from '@/ui/Page';
import { RelativeTime } from '@/ui/RelativeTime';
import { toast } from '@/ui/Toasts';
import { PreviewDialog } from './PreviewDialog';
import { RuleDialog } from './RuleDialog';
import { isDeaf } from './topics';

interface Props {
  channel: Channel;
  /** None while they are not known. */
  rules: readonly NoticeRule[] | undefined;
  mayEdit: boolean;
}

export function ChannelPanel({ channel, rules, mayEdit }: Props) {
  const [rule, setRule] = useState<NoticeRule | 'new' | null>(null);
  const [previewing, setPreviewing] = useState(false);
  const last = channel.last_delivery;
  return (
    <Panel>
      <section aria-label={channel.name} className="px-4 py-3.5 sm:px-5">
        <div className="flex flex-wrap items-start justify-between gap-3">
          <div className="min-w-0">
            <h2 className="truncate text-lg font-semibold tracking-tight">
              <bdi>{channel.name}</bdi>
            </h2>
            <DotList className="text-sm text-faint">
              {channel.kind_label}
              {channel.summary !== '' && <bdi>{channel.summary}</bdi>}
              {channel.paused && text.paused}
              {last === null ? (
                text.never
              ) : (
                <>
                  {lastWord(last.outcome)} <RelativeTime at={last.at} />
                </>
              )}
            </DotList>
          </div>
          <div className="flex flex-wrap gap-2">
            <Button size="sm" onClick={() => setPreviewing(true)}>
              {previewText.open}
            </Button>
            {mayEdit && (
              <>
                <TestButton channel={channel} />
                <Link
                  to={paths.editChannel(channel.id)}
                  className={buttonClass('secondary', 'sm')}
                  aria-label={text.editLabel(channel.name)}
                >
                  {text.edit}
                </Link>
              </>
            )}
          </div>
        </div>
        {channel.broken !== null && (
          <div className="mt-3">
            <Notice kind="error">{text.broken(channel.broken.reason)}</Notice>
          </div>
        )}
        <ul className="mt-3 divide-y divide-line border-t border-line">
          {rules?.length === 0 && <li className="py-2 text-soft">{text.noRules}</li>}
          {rules?.map((one) => (
            <li key={one.id} className="flex items-start justify-between gap-3 py-1.5">
              <span className="min-w-0 py-1 break-words text-soft">
                {sentenceOfRule(one, channel.name)}
              </span>
              {mayEdit && (
                <IconButton
                  label={text.editRule}
                  className="-mr-1.5 shrink-0"
                  onClick={() => setRule(one)}
                >
                  <Icon name="edit" />
                </IconButton>
              )}
            </li>
          ))}
        </ul>
        {mayEdit && (
          <Button size="sm" kind="quiet" className="mt-1 -ml-2.5" onClick={() => setRule('new')}>
            {text.addRule}
          </Button>
        )}
      </section>
      {previewing && <PreviewDialog channel={channel} onClose={() => setPreviewing(false)} />}
      {rule !== null && (
        <RuleDialog
          channel={channel}
          rule={rule === 'new' ? null : rule}
          onClose={() => setRule(null)}
        />
      )}
    </Panel>
  );
}

function sentenceOfRule({ topics, category, service_id, sentence }: NoticeRule, name: string) {
  if (!isDeaf(topics)) return withoutName(sentence, name);
  if (service_id !== null) return text.deaf.service;
  return category === null ? text.deaf.all : text.deaf.category(category);
}

/** The name stands above: "Hears when …" says the same. */
function withoutName(sentence: string, name: string): string {
  if (!sentence.startsWith(`${name} `)) return sentence;
  const rest = sentence.slice(name.length + 1);
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

const lastWord = (outcome: string): string =>
  (text.lastDelivery as Record<string, string>)[outcome] ?? outcome;

function TestButton({ channel }: { channel: Channel }) {
  const client = useQueryClient();
  const test = useMutation({
    mutationFn: () => testChannel(channel.id),
    onSuccess: (delivery) => {
      if (delivery.outcome === 'sent') toast(text.tested(channel.name));
      else toast(text.testFailed(channel.name, delivery.detail), { kind: 'error' });
    },
    onError: (error) => toast(sentenceOf(error), { kind: 'error' }),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.deliveryLists });
      void client.invalidateQueries({ queryKey: keys.summary });
      return client.invalidateQueries({ queryKey: keys.channels });
    },
  });
  return (
    <Button size="sm" busy={test.isPending && text.testing} onClick={() => test.mutate()}>
      {text.test}
    </Button>
  );
}
