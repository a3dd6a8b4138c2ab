/** A change to many services: what it would do stands there before it is done. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useId, useMemo, useState } from 'react';
import type { BulkInput, BulkResult } from '@/api/contract';
import { keys } from '@/api/keys';
import { markGone } from '@/api/live-cache';
import {
  canWait,
  deleteLater,
  deleteNow,
  holdDelete,
  UNDO_MS,
  undoDelete,
} from '@/api/pending-delete';
import { fieldsOf, sentenceOf } from '@/api/problem';
import { changeServices, previewChange } from '@/api/services';
import { useCloseGuard, useIsChanged } from '@/features/form/useLeaveGuard';
import { dashboardText } from '@/lib/text/dashboard';
import { shellText } from '@/lib/text/shell';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { SelectField, TextField } from '@/ui/Field';
import { dismissToast, toast } from '@/ui/Toasts';
import { intervalWords, useInterval } from '../intervals';
import { useCategories } from '../useCategories';
import { BulkPreview } from './BulkPreview';
import { asked, type BulkAction, type BulkValues, joined, orders, reversal, without } from './bulk';
import { endSelecting, type Selection, sizeOf } from './selection';

const text = dashboardText.bulk;
const RESTS_MS = 250;
const none: ReadonlySet<string> = new Set();

interface Props {
  action: BulkAction;
  selection: Selection;
  onClose: () => void;
}

export default function BulkDialog({ action, selection, onClose }: Props) {
  const [values, setValues] = useState<BulkValues>({
    category: '',
    addTags: '',
    removeTags: '',
    interval: 60,
  });
  const { leave } = useCloseGuard(useIsChanged(values));
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>(null);
  const { offered, chosen } = useInterval(values.interval);
  const input = useMemo(
    () => asked(action, { ...values, interval: chosen }, selection),
    [action, values, chosen, selection],
  );
  const except = selection.all?.except ?? none;
  const preview = usePreview(input, except);
  const finish = useFinish(action);
  const changing = preview.data?.changed.length ?? 0;
  /** It is done when the time for undo is over. */
  const waits = action === 'delete' && canWait(preview.data?.changed ?? []);
  const n = preview.data === undefined ? sizeOf(selection) : changing;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || input === null || preview.data === undefined || changing === 0) return;
    const { data } = preview;
    if (waits) {
      finish(data);
      onClose();
      return;
    }
    setBusy(true);
    try {
      if (action === 'delete') {
        await deleteNow(data.changed);
        finish(data);
      } else {
        const done: BulkResult[] = [];
        for (const order of orders(input, except, data.changed)) {
          done.push(await changeServices(order));
        }
        finish(joined(done));
      }
      onClose();
    } catch (error) {
      setRefused(error);
      setBusy(false);
    }
  };

  return (
    <Dialog
      title={text.titles[action](sizeOf(selection))}
      closeLabel={shellText.close}
      onClose={() => leave(onClose)}
      sheet
    >
      <form onSubmit={submit} className="space-y-4">
        <Fields
          action={action}
          values={{ ...values, interval: chosen }}
          intervals={offered}
          errors={fieldsOf(refused ?? preview.error)}
          onChange={(part) => {
            setValues({ ...values, ...part });
            setRefused(null);
          }}
        />
        <BulkPreview
          action={action}
          asked={input !== null}
          result={preview.data}
          error={refused ?? preview.error}
          onRetry={refused === null ? preview.retry : undefined}
        />
        {action === 'delete' && (
          <p className={waits ? 'text-sm text-soft' : 'text-sm font-medium'}>
            {waits ? text.deleteHint : text.deleteHintMany}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button kind="quiet" onClick={onClose}>
            {shellText.cancel}
          </Button>
          <Button
            type="submit"
            kind={action === 'delete' ? 'danger' : 'primary'}
            disabled={input === null || changing === 0}
            busy={busy && text.working(n)}
          >
            {text.confirm[action](n)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function usePreview(input: BulkInput[] | null, except: ReadonlySet<string>) {
  const [settled, setSettled] = useState(input);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(input), settled === null ? 0 : RESTS_MS);
    return () => clearTimeout(timer);
  }, [input, settled]);
  const query = useQuery({
    queryKey: keys.bulkPreview(settled ?? {}),
    queryFn: async () => joined(await Promise.all((settled ?? []).map(previewChange))),
    enabled: settled !== null,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  });
  const retry = () => void query.refetch();
  const data = useMemo(() => query.data && without(query.data, except), [query.data, except]);
  // What stands there must belong to what is asked.
  return settled === input && settled !== null
    ? { data, error: query.isFetching ? null : query.error, retry }
    : { data: undefined, error: null, retry };
}

/** Tells what was done, and how it is taken back. */
function useFinish(action: BulkAction): (done: BulkResult) => void {
  const client = useQueryClient();
  const read = () => {
    void client.invalidateQueries({ queryKey: keys.services });
    void client.invalidateQueries({ queryKey: keys.summary });
    void client.invalidateQueries({ queryKey: keys.incidents });
  };
  const complain = (error: unknown) => {
    toast(sentenceOf(error), { kind: 'error' });
    read();
  };
  return (done) => {
    const ids = done.changed;
    endSelecting();
    if (action === 'delete' && !canWait(ids)) {
      markGone(client, ids);
      read();
      toast(text.done.delete(ids.length));
      return;
    }
    const undo = async () => {
      if (action === 'delete' && !undoDelete(ids)) {
        toast(text.tooLate, { kind: 'error' });
        return;
      }
      for (const input of reversal(action, done)) await changeServices(input);
      read();
      toast(text.undone);
    };
    const message = toast(text.done[action](ids.length), {
      forMs: UNDO_MS,
      undo: {
        label: shellText.undo,
        onHold: (held) => holdDelete(ids, held),
        run: () => void undo().catch(complain),
      },
    });
    if (action !== 'delete') {
      read();
      return;
    }
    deleteLater(
      ids,
      () => {
        markGone(client, ids);
        read();
      },
      complain,
      () => dismissToast(message),
    );
  };
}

interface FieldsProps {
  action: BulkAction;
  values: BulkValues;
  /** To choose from. */
  intervals: readonly number[];
  errors: Record<string, string[]>;
  onChange: (part: Partial<BulkValues>) => void;
}

function Fields({ action, values, intervals, errors, onChange }: FieldsProps) {
  const categories = useCategories();
  const listId = useId();
  switch (action) {
    case 'category':
      return (
        <>
          <TextField
            label={text.newCategory}
            hint={text.categoryHint}
            list={listId}
            maxLength={100}
            autoFocus
            autoComplete="off"
            value={values.category}
            errors={errors.category}
            onChange={({ target }) => onChange({ category: target.value })}
          />
          <datalist id={listId}>
            {categories.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      );
    case 'tags':
      return (
        <>
          <TextField
            label={text.addTags}
            hint={text.addTagsHint}
            autoFocus
            autoComplete="off"
            value={values.addTags}
            errors={errors.tags}
            onChange={({ target }) => onChange({ addTags: target.value })}
          />
          <TextField
            label={text.removeTags}
            autoComplete="off"
            value={values.removeTags}
            onChange={({ target }) => onChange({ removeTags: target.value })}
          />
        </>
      );
    case 'interval':
      return (
        <SelectField
          label={text.interval}
          value={String(values.interval)}
          errors={errors.check_interval}
          onChange={({ target }) => onChange({ interval: Number(target.value) })}
        >
          {intervals.map((seconds) => (
            <option key={seconds} value={seconds}>
              {intervalWords(seconds)}
            </option>
          ))}
        </SelectField>
      );
    default:
      return null;
  }
}
