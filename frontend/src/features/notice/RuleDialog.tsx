/** One rule of a channel, as a form. */
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { keys } from '@/api/keys';
import {
  type Channel,
  createRule,
  deleteRule,
  type NoticeRule,
  type RuleDraft,
  updateRule,
} from '@/api/notices';
import { UNDO_MS } from '@/api/pending-delete';
import { fieldsOf, sentenceOf } from '@/api/problem';
import { groupsQuery } from '@/api/services';
import { aboveForm } from '@/features/form/elsewhere';
import { useIsChanged, useLeaveGuard } from '@/features/form/useLeaveGuard';
import { useRefusedFocus } from '@/features/form/useRefusedFocus';
import { ChooseServices } from '@/features/service/ChooseServices';
import { noticeText as text } from '@/lib/text/notice';
import { shellText } from '@/lib/text/shell';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { CheckField, SelectField, TextField } from '@/ui/Field';
import { Notice } from '@/ui/Page';
import { toast } from '@/ui/Toasts';
import { type Quiet, QuietFields, quietOf } from './QuietFields';
import { tellable, tellTrouble } from './topics';

interface Props {
  channel: Channel;
  rule: NoticeRule | null;
  onClose: () => void;
}

type Scope = keyof typeof text.scopes;
const usual = ['down', 'recovered', 'unknown', 'certificate', 'flapping'];
const needsTrouble = { disabled: true, hint: text.needsTrouble };
const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export function RuleDialog({ channel, rule, onClose }: Props) {
  const client = useQueryClient();
  const [scope, setScope] = useState<Scope>(scopeOf(rule));
  const [category, setCategory] = useState(rule?.category ?? '');
  const [service, setService] = useState(rule?.service_id ?? '');
  const [topics, setTopics] = useState<readonly string[]>(rule?.topics ?? usual);
  const [delay, setDelay] = useState(rule?.delay_s ?? 0);
  const [remind, setRemind] = useState(rule?.remind_s ?? 0);
  const [quiet, setQuiet] = useState<Quiet>(
    rule?.quiet ?? {
      from: '22:00',
      until: '07:00',
      zone: zone(),
      lets_through: ['down', 'recovered'],
    },
  );
  const [isQuiet, setIsQuiet] = useState(rule?.quiet != null);
  // What was ticked before comes back with the outages or degradations it needs.
  const heard = tellable(topics);
  const lacksTrouble = !tellTrouble(topics);
  const { data: groups } = useInfiniteQuery(groupsQuery());
  const categories = (groups?.pages ?? []).flatMap((page) =>
    page.items.flatMap(({ category }) => category ?? []),
  );

  const { unlock, leave } = useLeaveGuard(
    useIsChanged({ scope, category, service, topics, delay, remind, quiet, isQuiet }),
  );
  const settle = async () => {
    unlock();
    await client.invalidateQueries({ queryKey: keys.rules });
    onClose();
  };
  const save = useMutation({
    mutationFn: () => {
      const draft: RuleDraft = {
        category: scope === 'category' ? category : null,
        service_id: scope === 'service' ? service : null,
        topics: [...heard],
        delay_s: delay,
        remind_s: remind === 0 || lacksTrouble ? null : remind,
        quiet: isQuiet ? quietOf(quiet, heard) : null,
      };
      return rule === null
        ? createRule({ ...draft, channel_id: channel.id })
        : updateRule(rule.id, draft);
    },
    onSuccess: settle,
  });
  const remove = useMutation({
    mutationFn: (id: string) => deleteRule(id),
    onSuccess: () => {
      toast(text.ruleRemoved, {
        forMs: UNDO_MS,
        undo: { label: shellText.undo, run: () => void (rule && bringBack(rule)) },
      });
      return settle();
    },
  });
  const bringBack = ({ id: _, sentence: __, ...before }: NoticeRule) =>
    createRule(before).then(
      () => client.invalidateQueries({ queryKey: keys.rules }),
      (error: unknown) => toast(sentenceOf(error), { kind: 'error' }),
    );
  const errors = fieldsOf(save.error);
  const form = useRefusedFocus(save.error);
  const failed =
    remove.error !== null
      ? sentenceOf(remove.error)
      : aboveForm(save.error, [
          ...(scope === 'category' ? ['category'] : scope === 'service' ? ['service_id'] : []),
          ...(isQuiet ? ['quiet'] : []),
        ]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };
  const choose = (topic: string, chosen: boolean) =>
    setTopics((before) =>
      chosen ? [...before, topic] : before.filter((other) => other !== topic),
    );

  return (
    <Dialog
      title={rule === null ? text.addRule : text.editRule}
      closeLabel={shellText.close}
      onClose={() => leave(onClose)}
      sheet
    >
      <form ref={form} onSubmit={submit} className="space-y-4">
        {failed !== null && <Notice kind="error">{failed}</Notice>}
        <SelectField
          label={text.scope}
          hint={text.ruleHint}
          value={scope}
          onChange={(event) => setScope(event.target.value as Scope)}
        >
          {Object.entries(text.scopes).map(([word, label]) => (
            <option key={word} value={word}>
              {label}
            </option>
          ))}
        </SelectField>
        {scope === 'category' && (
          <TextField
            label={text.category}
            errors={errors.category}
            list="rule-categories"
            value={category}
            onChange={(event) => setCategory(event.target.value)}
          />
        )}
        <datalist id="rule-categories">
          {categories.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        {scope === 'service' && (
          <ChooseServices
            title={text.service}
            value={service === '' ? [] : [service]}
            most={1}
            errors={errors.service_id}
            onChange={([id = '']) => setService(id)}
          />
        )}
        <fieldset className="space-y-2">
          <legend className="mb-1.5 text-sm font-medium">{text.topics}</legend>
          {Object.entries(text.topic).map(([topic, label]) => (
            <CheckField
              key={topic}
              label={label}
              checked={heard.includes(topic)}
              {...(topic === 'recovered' && lacksTrouble ? needsTrouble : {})}
              onChange={(chosen) => choose(topic, chosen)}
            />
          ))}
        </fieldset>
        <div className="grid gap-4 sm:grid-cols-2">
          <SecondsField
            label={text.delay}
            hint={text.delayHint}
            choices={text.delays}
            value={delay}
            onChange={setDelay}
          />
          <SecondsField
            label={text.remind}
            choices={text.reminders}
            value={lacksTrouble ? 0 : remind}
            onChange={setRemind}
            {...(lacksTrouble ? needsTrouble : {})}
          />
        </div>
        <CheckField
          label={text.quiet}
          hint={text.quietHint}
          checked={isQuiet}
          onChange={setIsQuiet}
        />
        {isQuiet && (
          <QuietFields value={quiet} topics={heard} errors={errors.quiet} onChange={setQuiet} />
        )}
        <div className="flex justify-between gap-3 pt-1">
          <Button type="submit" kind="primary" busy={save.isPending && text.saving}>
            {text.save}
          </Button>
          {rule !== null && (
            <Button
              kind="danger"
              busy={remove.isPending && text.removing}
              onClick={() => remove.mutate(rule.id)}
            >
              {text.remove}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

const scopeOf = (rule: NoticeRule | null): Scope =>
  rule?.service_id != null ? 'service' : rule?.category != null ? 'category' : 'all';

interface SecondsProps {
  label: string;
  hint?: string;
  choices: readonly (readonly [number, string])[];
  value: number;
  disabled?: boolean;
  onChange: (seconds: number) => void;
}

/** Some lengths of time, and the one that is set if it is none of them. */
function SecondsField({ label, hint, choices, value, disabled, onChange }: SecondsProps) {
  const known = choices.some(([seconds]) => seconds === value);
  const all = known ? choices : [...choices, [value, text.seconds(value)] as const];
  return (
    <SelectField
      label={label}
      {...(hint === undefined ? {} : { hint })}
      value={String(value)}
      disabled={disabled}
      onChange={(event) => onChange(Number(event.target.value))}
    >
      {all.map(([seconds, words]) => (
        <option key={seconds} value={seconds}>
          {words}
        </option>
      ))}
    </SelectField>
  );
}
