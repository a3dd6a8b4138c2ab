/** Maintenance windows: what is under way, what is planned, and the calendar. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { keys } from '@/api/keys';
import {
  calendarQuery,
  createWindow,
  deleteWindow,
  type MaintenanceWindow,
  maintenanceQuery,
} from '@/api/maintenance';
import { UNDO_MS } from '@/api/pending-delete';
import { sentenceOf } from '@/api/problem';
import { useMayEdit } from '@/api/role';
import { useLastError } from '@/api/useLastError';
import { maintenanceText as text } from '@/lib/text/maintenance';
import { shellText } from '@/lib/text/shell';
import { dayAndTime, duration } from '@/lib/time';
import { Button } from '@/ui/Button';
import { DotList } from '@/ui/DotList';
import { Icon } from '@/ui/Icon';
import { Empty, Failure, PageColumn, Panel, Section, Sentence, SkeletonRows } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { StatusGlyph } from '@/ui/StatusGlyph';
import { toast } from '@/ui/Toasts';
import { covers } from './soon';
import { WindowDialog } from './WindowDialog';

export function MaintenancePage() {
  const mayEdit = useMayEdit();
  const [editing, setEditing] = useState<MaintenanceWindow | 'new' | null>(null);
  const windows = useQuery(maintenanceQuery());
  const failure = useLastError(windows);
  const list = windows.data ?? [];
  const active = list.filter((one) => one.active).length;
  const planned = list.filter((one) => one.next !== null).length;
  const add = mayEdit ? (
    <Button size="sm" kind="primary" onClick={() => setEditing('new')}>
      <Icon name="plus" />
      {text.add}
    </Button>
  ) : undefined;
  return (
    <PageColumn narrow>
      <PageTitle>{text.title}</PageTitle>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div>
          <Sentence>
            {windows.data === undefined ? text.title : text.sentence(active, planned)}
          </Sentence>
          <p className="mt-1.5 text-soft">{text.detail}</p>
        </div>
        {list.length > 0 && add}
      </div>
      <div className="mt-7">
        {windows.isPending && failure === null && (
          <SkeletonRows rows={2} label={shellText.loading} />
        )}
        {failure !== null && (
          <Failure retry={shellText.retry} onRetry={() => void windows.refetch()}>
            {text.loadError} {sentenceOf(failure)}
          </Failure>
        )}
        {windows.data !== undefined && list.length === 0 && (
          <Empty action={add}>{text.empty}</Empty>
        )}
        {list.length > 0 && (
          <Panel>
            <ul className="divide-y divide-line">
              {list.map((one) => (
                <Line
                  key={one.id}
                  window={one}
                  {...(mayEdit ? { onEdit: () => setEditing(one) } : {})}
                />
              ))}
            </ul>
          </Panel>
        )}
      </div>
      {list.length > 0 && <Calendar />}
      {editing !== null && (
        <WindowDialog
          window={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
        />
      )}
    </PageColumn>
  );
}

function Line({ window: one, onEdit }: { window: MaintenanceWindow; onEdit?: () => void }) {
  const client = useQueryClient();
  const read = () => client.invalidateQueries({ queryKey: keys.maintenance });
  const remove = useMutation({
    mutationFn: () => deleteWindow(one.id),
    onSuccess: () => {
      toast(text.removed(one.title), {
        forMs: UNDO_MS,
        undo: { label: shellText.undo, run: () => void createWindow(one).then(read, complain) },
      });
      return read();
    },
    onError: complain,
  });
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
      <div className="flex min-w-0 items-start gap-3">
        <StatusGlyph status="maintenance" muted={!one.active} className="mt-1" />
        <div className="min-w-0">
          <p className="font-medium wrap-anywhere">
            <bdi>{one.title}</bdi>
          </p>
          <DotList className="text-sm text-faint">
            <span className={one.active ? 'font-medium text-maintenance-text' : ''}>
              {when(one)}
            </span>
            {text.lasts(duration(one.duration_s * 1000))}
            {recurrence(one.rule)}
            {covers(one)}
          </DotList>
        </div>
      </div>
      {onEdit !== undefined && (
        <div className="flex gap-2">
          <Button size="sm" onClick={onEdit} aria-label={text.editLabel(one.title)}>
            {text.edit}
          </Button>
          <Button
            size="sm"
            kind="danger"
            aria-label={text.removeLabel(one.title)}
            busy={remove.isPending && text.removing}
            onClick={() => remove.mutate()}
          >
            {text.remove}
          </Button>
        </div>
      )}
    </li>
  );
}

const complain = (error: unknown) => toast(sentenceOf(error), { kind: 'error' });

function when(one: MaintenanceWindow): string {
  if (one.next === null) return text.over;
  return one.active
    ? text.active(dayAndTime(one.next.until))
    : text.next(dayAndTime(one.next.from));
}

function recurrence(rule: string | null): string {
  const known = text.rules.find(([word]) => word === (rule ?? ''));
  return known?.[1] ?? rule ?? text.once;
}

function Calendar() {
  const read = useQuery(calendarQuery());
  const failure = useLastError(read);
  if (failure !== null) {
    return (
      <Section title={text.calendar}>
        <Failure retry={shellText.retry} onRetry={() => void read.refetch()}>
          {text.calendarError} {sentenceOf(failure)}
        </Failure>
      </Section>
    );
  }
  const { data } = read;
  if (data === undefined) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(data.url);
    toast(text.copied);
  };
  return (
    <Section title={text.calendar}>
      <p className="max-w-prose text-soft">{text.calendarHint}</p>
      <code className="mt-2 block rounded-md bg-sunken px-3 py-2 text-xs break-all select-all">
        {data.url}
      </code>
      {navigator.clipboard !== undefined && (
        <Button size="sm" className="mt-2" onClick={() => void copy()}>
          {text.copy}
        </Button>
      )}
    </Section>
  );
}
