/** For how long nobody is told of a service. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Service } from '@/api/contract';
import { keys } from '@/api/keys';
import { muteService } from '@/api/mutes';
import { fieldsOf, sentenceOf } from '@/api/problem';
import { useCloseGuard, useIsChanged } from '@/features/form/useLeaveGuard';
import { useRefusedFocus } from '@/features/form/useRefusedFocus';
import { ends, fieldValue, fromField, morningAfter } from '@/lib/mute-ends';
import { muteText as text } from '@/lib/text/mute';
import { shellText } from '@/lib/text/shell';
import { dayAndTime, now } from '@/lib/time';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { SelectField, TextField } from '@/ui/Field';
import { Notice } from '@/ui/Page';
import { toast } from '@/ui/Toasts';

type End = keyof typeof text.ends;

export function MuteDialog({ service, onClose }: { service: Service; onClose: () => void }) {
  const client = useQueryClient();
  const [morning] = useState(() => morningAfter(now()));
  const [end, setEnd] = useState<End>('hour');
  const [date, setDate] = useState(fieldValue(morning));
  const { leave } = useCloseGuard(useIsChanged({ date }));
  const mute = useMutation({
    mutationFn: () => {
      const until = end === 'date' ? fromField(date) : ends[end](now());
      return muteService(service.id, until?.toISOString() ?? null);
    },
    onSuccess: async ({ until }) => {
      toast(text.muted(service.name, dayAndTime(until)));
      await client.invalidateQueries({ queryKey: keys.mutes });
      onClose();
    },
  });
  const errors = end === 'date' ? fieldsOf(mute.error) : {};
  const form = useRefusedFocus(mute.error);
  const failed = Object.keys(errors).length === 0 ? mute.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!mute.isPending) mute.mutate();
  };
  return (
    <Dialog
      title={text.title(service.name)}
      closeLabel={shellText.close}
      onClose={() => leave(onClose)}
      sheet
    >
      <form ref={form} onSubmit={submit} className="space-y-4">
        <p className="text-soft">{text.detail}</p>
        <SelectField
          data-autofocus
          label={text.until}
          value={end}
          onChange={(event) => setEnd(event.target.value as End)}
        >
          <option value="hour">{text.ends.hour}</option>
          <option value="morning">{text.ends.morning(dayAndTime(morning))}</option>
          <option value="week">{text.ends.week}</option>
          <option value="date">{text.ends.date}</option>
        </SelectField>
        {end === 'date' && (
          <TextField
            label={text.date}
            hint={text.dateHint}
            type="datetime-local"
            errors={errors.until}
            value={date}
            onChange={(event) => setDate(event.target.value)}
          />
        )}
        {failed !== null && <Notice kind="error">{sentenceOf(failed)}</Notice>}
        <Button type="submit" kind="primary" busy={mute.isPending && text.muting}>
          {text.mute}
        </Button>
      </form>
    </Dialog>
  );
}
