/** The workspace: its name, what it may hold, how long results are kept. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { keys } from '@/api/keys';
import { fieldsOf, sentenceOf } from '@/api/problem';
import { summaryQuery } from '@/api/services';
import { useLastError } from '@/api/useLastError';
import { renameWorkspace, type Workspace, workspaceQuery } from '@/api/workspace';
import { useLeaveGuard } from '@/features/form/useLeaveGuard';
import { useRefusedFocus } from '@/features/form/useRefusedFocus';
import { integer } from '@/lib/numbers';
import { shellText } from '@/lib/text/shell';
import { workspaceText as text } from '@/lib/text/workspace';
import { date, duration } from '@/lib/time';
import { Button } from '@/ui/Button';
import { DotList } from '@/ui/DotList';
import { TextField } from '@/ui/Field';
import { Fact, Failure, PageColumn, Section, Sentence, SkeletonRows } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { toast } from '@/ui/Toasts';

const facts = 'grid max-w-prose grid-cols-[10rem_minmax(0,1fr)] gap-x-6 gap-y-2';

export function SettingsPage() {
  const read = useQuery(workspaceQuery());
  const { data: workspace, refetch } = read;
  const error = useLastError(read);
  return (
    <PageColumn narrow>
      <PageTitle>{text.title}</PageTitle>
      {workspace === undefined ? (
        <>
          <Sentence>{text.title}</Sentence>
          <div className="mt-8">
            {error === null ? (
              <SkeletonRows rows={4} label={shellText.loading} />
            ) : (
              <Failure retry={shellText.retry} onRetry={() => void refetch()}>
                {text.loadError} {sentenceOf(error)}
              </Failure>
            )}
          </div>
        </>
      ) : (
        <Settings workspace={workspace} />
      )}
    </PageColumn>
  );
}

function Settings({ workspace }: { workspace: Workspace }) {
  const { limits, retention } = workspace;
  const { data: summary } = useQuery(summaryQuery());
  const used = summary === undefined ? '–' : integer(summary.total);
  const span = (seconds: number) => duration(seconds * 1000);
  const kept = (days: number) => text.keptDays(integer(days));
  return (
    <>
      <Sentence>
        <bdi>{workspace.name}</bdi>
      </Sentence>
      <DotList className="mt-1.5 text-soft">
        {workspace.personal ? text.personal : text.shared}
        {text.role[workspace.role]}
        {text.createdOn(date(workspace.created_at))}
      </DotList>
      <Section title={text.nameSection}>
        {workspace.role === 'owner' ? (
          <NameForm key={workspace.name} name={workspace.name} />
        ) : (
          <p className="text-soft">{text.onlyOwners}</p>
        )}
      </Section>
      <Section title={text.limits}>
        <dl className={facts}>
          <Fact label={text.services}>
            {limits.services === null
              ? text.noLimit(used)
              : text.servicesOf(used, integer(limits.services))}
          </Fact>
          <Fact label={text.interval}>
            {text.intervalSpan(span(limits.min_check_interval), span(limits.max_check_interval))}
          </Fact>
        </dl>
        <p className="mt-3 text-sm text-faint">{text.limitsHint}</p>
      </Section>
      <Section title={text.retention}>
        <dl className={facts}>
          <Fact label={text.checks}>
            {typeof retention.checks_days === 'number' ? kept(retention.checks_days) : '–'}
          </Fact>
          <Fact label={text.hours}>{kept(retention.hours_days)}</Fact>
          <Fact label={text.days}>{text.forever}</Fact>
          <Fact label={text.incidents}>{text.forever}</Fact>
        </dl>
      </Section>
      {workspace.personal && (
        <Section title={text.members}>
          <p className="max-w-prose text-soft">{text.membersLater}</p>
        </Section>
      )}
    </>
  );
}

function NameForm({ name: before }: { name: string }) {
  const client = useQueryClient();
  const [name, setName] = useState(before);
  const [saving, setSaving] = useState(false);
  const [errors, setErrors] = useState<readonly string[] | null>(null);
  const form = useRefusedFocus(errors);
  useLeaveGuard(name.trim() !== before);
  const unchanged = name.trim() === before || name.trim() === '';

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (unchanged || saving) return;
    setSaving(true);
    setErrors(null);
    try {
      const saved = await renameWorkspace(name.trim());
      client.setQueryData(keys.workspace, saved);
      void client.invalidateQueries({ queryKey: keys.me });
      toast(text.saved(saved.name));
    } catch (error) {
      const wrong = fieldsOf(error).name;
      if (wrong === undefined) toast(sentenceOf(error), { kind: 'error' });
      else setErrors(wrong);
      setSaving(false);
    }
  };

  return (
    <form ref={form} onSubmit={save} className="flex max-w-prose flex-wrap items-start gap-2">
      <TextField
        label={text.name}
        hideLabel
        hint={text.nameHint}
        errors={errors ?? []}
        className="min-w-56 flex-1"
        value={name}
        onChange={(event) => setName(event.target.value)}
        autoComplete="off"
        dir="auto"
      />
      <Button type="submit" kind="primary" disabled={unchanged} busy={saving && text.saving}>
        {text.save}
      </Button>
    </form>
  );
}
