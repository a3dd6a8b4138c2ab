/** Adding a channel, and changing one. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { keys } from '@/api/keys';
import {
  type Channel,
  channelQuery,
  createChannel,
  deleteChannel,
  rotateSecret,
  updateChannel,
} from '@/api/notices';
import { fieldsOf, sentenceOf } from '@/api/problem';
import { aboveForm } from '@/features/form/elsewhere';
import { fromNow, useFirstAnswer } from '@/features/form/useFirstAnswer';
import { useIsChanged, useLeaveGuard } from '@/features/form/useLeaveGuard';
import { useRefusedFocus } from '@/features/form/useRefusedFocus';
import { channelKinds, configOf, kindOf, type Typed, typedOf } from '@/lib/channel-kinds';
import { paths } from '@/lib/paths';
import { noticeText as text } from '@/lib/text/notice';
import { shellText } from '@/lib/text/shell';
import { Button, backLinkClass } from '@/ui/Button';
import { CheckField, SelectField, TextField } from '@/ui/Field';
import { Icon } from '@/ui/Icon';
import { Failure, Notice, PageColumn, Sentence, SkeletonRows } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { toast } from '@/ui/Toasts';
import { ChannelFields } from './ChannelFields';
import { SecretDialog } from './SecretDialog';

export function NewChannelPage() {
  return (
    <PageColumn narrow>
      <PageTitle>{text.add}</PageTitle>
      <ToNotices />
      <Sentence>{text.newChannel}</Sentence>
      <ChannelForm channel={null} />
    </PageColumn>
  );
}

export function EditChannelPage() {
  const { id = '' } = useParams();
  const read = useQuery({ ...channelQuery(id), ...fromNow });
  const { first: channel, error, retry } = useFirstAnswer(read, id);
  return (
    <PageColumn narrow>
      <PageTitle>{channel?.name ?? text.title}</PageTitle>
      <ToNotices />
      <Sentence>
        <bdi>{channel?.name ?? text.title}</bdi>
      </Sentence>
      {channel === undefined ? (
        <div className="mt-7">
          {error === null ? (
            <SkeletonRows rows={3} label={shellText.loading} />
          ) : (
            <Failure retry={shellText.retry} onRetry={retry}>
              {sentenceOf(error)}
            </Failure>
          )}
        </div>
      ) : (
        <ChannelForm key={channel.id} channel={channel} />
      )}
    </PageColumn>
  );
}

const ToNotices = () => (
  <Link to={paths.notices()} className={backLinkClass}>
    <Icon name="arrowLeft" size={14} />
    {text.title}
  </Link>
);

function ChannelForm({ channel }: { channel: Channel | null }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [word, setWord] = useState(channel?.kind ?? 'email');
  const kind = kindOf(word) ?? channelKinds[0];
  const [name, setName] = useState(channel?.name ?? '');
  const [typed, setTyped] = useState<Typed>(
    kind === undefined ? {} : typedOf(kind, configObject(channel?.config)),
  );
  const [most, setMost] = useState(String(channel?.most_per_minute ?? 3));
  const [on, setOn] = useState(!(channel?.paused ?? false));
  const [secret, setSecret] = useState<string | null>(null);
  const { unlock } = useLeaveGuard(useIsChanged({ word, name, typed, most, on }));
  const leave = () => {
    unlock();
    return navigate(paths.notices());
  };

  const refresh = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: keys.channels }),
      client.invalidateQueries({ queryKey: keys.rules }),
      client.invalidateQueries({ queryKey: keys.summary }),
    ]);
  const finish = () => {
    toast(channel === null ? text.created(name) : text.saved(name));
    return leave();
  };
  const save = useMutation({
    mutationFn: async () => {
      const config = kind === undefined ? {} : configOf(kind, typed);
      const draft = { name, config, paused: !on, most_per_minute: Number(most) };
      if (channel !== null) {
        await updateChannel(channel.id, draft);
        return null;
      }
      const made = await createChannel({ ...draft, kind: word });
      return made.signing_secret;
    },
    onSuccess: async (fresh) => {
      unlock();
      await refresh();
      // Who has to copy a secret hears of the rest afterwards.
      if (fresh === null) await finish();
      else setSecret(fresh);
    },
  });
  const errors = fieldsOf(save.error);
  const failed = aboveForm(save.error, [
    ...(channel === null ? ['kind'] : []),
    'name',
    'most_per_minute',
    ...(kind?.fields ?? []).map((field) => field.name),
  ]);
  const form = useRefusedFocus(save.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };
  return (
    <form ref={form} onSubmit={submit} className="mt-7 max-w-prose space-y-5">
      {failed !== null && <Notice kind="error">{failed}</Notice>}
      {channel === null && (
        <SelectField
          label={text.kind}
          errors={errors.kind}
          value={word}
          onChange={(event) => {
            setWord(event.target.value);
            setTyped({});
          }}
        >
          {channelKinds.map((one) => (
            <option key={one.kind} value={one.kind}>
              {one.label}
            </option>
          ))}
        </SelectField>
      )}
      <TextField
        label={text.name}
        hint={text.nameHint}
        errors={errors.name}
        value={name}
        onChange={(event) => setName(event.target.value)}
        autoComplete="off"
        dir="auto"
      />
      {kind !== undefined && (
        <ChannelFields
          kind={kind}
          typed={typed}
          errors={errors}
          stored={channel !== null}
          onChange={(field, value) => setTyped((before) => ({ ...before, [field]: value }))}
        />
      )}
      <TextField
        label={text.most}
        hint={text.mostHint}
        errors={errors.most_per_minute}
        inputMode="numeric"
        value={most}
        onChange={(event) => setMost(event.target.value)}
      />
      <CheckField label={text.switchedOn} checked={on} onChange={setOn} />
      <div className="flex flex-wrap justify-between gap-3">
        <div className="flex gap-2">
          <Button type="submit" kind="primary" busy={save.isPending && text.saving}>
            {text.save}
          </Button>
          <Button onClick={leave}>{shellText.cancel}</Button>
        </div>
        {channel !== null && (
          <MoreActions
            channel={channel}
            onSecret={setSecret}
            onGone={() => refresh().then(leave)}
          />
        )}
      </div>
      {secret !== null && (
        <SecretDialog
          secret={secret}
          onClose={() => {
            setSecret(null);
            void (channel === null ? finish() : leave());
          }}
        />
      )}
    </form>
  );
}

interface MoreProps {
  channel: Channel;
  onSecret: (secret: string) => void;
  /** The deletion is over when nothing shows the channel any more. */
  onGone: () => Promise<void>;
}

function MoreActions({ channel, onSecret, onGone }: MoreProps) {
  const [asking, setAsking] = useState(false);
  const failed = (error: unknown) => toast(sentenceOf(error), { kind: 'error' });
  const remove = useMutation({
    mutationFn: () => deleteChannel(channel.id),
    onSuccess: () => {
      toast(text.removed(channel.name));
      return onGone();
    },
    onError: failed,
  });
  const rotate = useMutation({
    mutationFn: () => rotateSecret(channel.id),
    onSuccess: (fresh) => onSecret(fresh.signing_secret),
    onError: failed,
  });
  if (asking) {
    return (
      <div className="flex flex-wrap items-center gap-2">
        <p className="text-sm text-soft">{text.removeQuestion(channel.name)}</p>
        <Button
          kind="danger"
          busy={remove.isPending && text.removing}
          onClick={() => remove.mutate()}
        >
          {text.remove}
        </Button>
        <Button disabled={remove.isPending} onClick={() => setAsking(false)}>
          {shellText.cancel}
        </Button>
      </div>
    );
  }
  return (
    <div className="flex gap-2">
      {channel.kind === 'webhook' && (
        <Button
          title={text.rotateHint}
          busy={rotate.isPending && text.rotating}
          onClick={() => rotate.mutate()}
        >
          {text.rotate}
        </Button>
      )}
      <Button kind="danger" onClick={() => setAsking(true)}>
        {text.remove}
      </Button>
    </div>
  );
}

const configObject = (config: unknown): Record<string, unknown> =>
  typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : {};
