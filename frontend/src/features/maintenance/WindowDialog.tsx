/** One maintenance window, as a form. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { keys } from '@/api/keys';
import {
  createWindow,
  type MaintenanceDraft,
  type MaintenanceWindow,
  updateWindow,
} from '@/api/maintenance';
import { fieldsOf } from '@/api/problem';
import { aboveForm } from '@/features/form/elsewhere';
import { useIsChanged, useLeaveGuard } from '@/features/form/useLeaveGuard';
import { useRefusedFocus } from '@/features/form/useRefusedFocus';
import { ChooseServices } from '@/features/service/ChooseServices';
import { maintenanceText as text } from '@/lib/text/maintenance';
import { shellText } from '@/lib/text/shell';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { SelectField, TextArea, TextField } from '@/ui/Field';
import { Notice } from '@/ui/Page';
import { toast } from '@/ui/Toasts';

type Covers = 'all' | 'categories' | 'services';
const CUSTOM = 'custom';

interface Props {
  window: MaintenanceWindow | null;
  onClose: () => void;
}

export function WindowDialog({ window: before, onClose }: Props) {
  const client = useQueryClient();
  const known = text.rules.some(([rule]) => rule === (before?.rule ?? ''));
  const [title, setTitle] = useState(before?.title ?? '');
  const [begins, setBegins] = useState(before?.begins.slice(0, 16) ?? tonight());
  const [zone, setZone] = useState(
    before?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  );
  const [minutes, setMinutes] = useState(String((before?.duration_s ?? 3600) / 60));
  const [recurs, setRecurs] = useState(known ? (before?.rule ?? '') : CUSTOM);
  const [rule, setRule] = useState(before?.rule ?? '');
  const [covers, setCovers] = useState<Covers>(coversOf(before));
  const [categories, setCategories] = useState((before?.categories ?? []).join('\n'));
  const [chosen, setChosen] = useState<readonly string[]>(before?.service_ids ?? []);

  const { unlock, leave } = useLeaveGuard(
    useIsChanged({
      title,
      begins,
      zone,
      minutes,
      recurs,
      rule,
      covers,
      categories,
      chosen: [...chosen].sort(),
    }),
  );
  const save = useMutation({
    mutationFn: () => {
      const names = categories.split('\n').map((name) => name.trim());
      const recurring = recurs === CUSTOM ? rule.trim() : recurs;
      const draft: Required<MaintenanceDraft> = {
        title,
        begins: `${begins}:00`,
        zone,
        duration_s: Math.round(Number(minutes) * 60),
        rule: recurring === '' ? null : recurring,
        categories: covers === 'categories' ? names.filter((name) => name !== '') : null,
        service_ids: covers === 'services' ? [...chosen] : null,
      };
      return before === null ? createWindow(draft) : updateWindow(before.id, draft);
    },
    onSuccess: async (saved) => {
      unlock();
      toast(text.saved(saved.title));
      await client.invalidateQueries({ queryKey: keys.maintenance });
      onClose();
    },
  });
  const errors = fieldsOf(save.error);
  const form = useRefusedFocus(save.error);
  const failed = aboveForm(save.error, [
    'title',
    'begins',
    'duration_s',
    'zone',
    ...(recurs === CUSTOM ? ['rule'] : []),
    covers === 'services' ? 'service_ids' : 'categories',
  ]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };
  return (
    <Dialog
      title={before === null ? text.add : before.title}
      closeLabel={shellText.close}
      onClose={() => leave(onClose)}
      sheet
    >
      <form ref={form} onSubmit={submit} className="space-y-4">
        {failed !== null && <Notice kind="error">{failed}</Notice>}
        <TextField
          label={text.name}
          errors={errors.title}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
          dir="auto"
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={text.begins}
            type="datetime-local"
            errors={errors.begins}
            value={begins}
            onChange={(event) => setBegins(event.target.value)}
          />
          <TextField
            label={text.duration}
            inputMode="numeric"
            errors={errors.duration_s}
            value={minutes}
            onChange={(event) => setMinutes(event.target.value)}
          />
          <TextField
            label={text.zone}
            errors={errors.zone}
            value={zone}
            onChange={(event) => setZone(event.target.value)}
          />
          <SelectField
            label={text.recurs}
            value={recurs}
            onChange={(event) => setRecurs(event.target.value)}
          >
            {text.rules.map(([word, label]) => (
              <option key={word} value={word}>
                {label}
              </option>
            ))}
            <option value={CUSTOM}>{text.custom}</option>
          </SelectField>
        </div>
        {recurs === CUSTOM && (
          <TextField
            label={text.rule}
            hint={text.ruleHint}
            errors={errors.rule}
            value={rule}
            onChange={(event) => setRule(event.target.value)}
            spellCheck={false}
          />
        )}
        <SelectField
          label={text.covers}
          value={covers}
          onChange={(event) => setCovers(event.target.value as Covers)}
        >
          <option value="all">{text.coversAll}</option>
          <option value="categories">{text.coversCategory}</option>
          <option value="services">{text.coversServices}</option>
        </SelectField>
        {covers === 'categories' && (
          <TextArea
            label={text.coversCategory}
            hint={text.categoryHint}
            errors={errors.categories}
            rows={3}
            value={categories}
            onChange={(event) => setCategories(event.target.value)}
          />
        )}
        {covers === 'services' && (
          <ChooseServices
            title={text.coversServices}
            value={chosen}
            errors={errors.service_ids}
            onChange={setChosen}
          />
        )}
        <Button type="submit" kind="primary" busy={save.isPending && text.saving}>
          {text.save}
        </Button>
      </form>
    </Dialog>
  );
}

function coversOf(window: MaintenanceWindow | null): Covers {
  if (window?.categories != null) return 'categories';
  return window?.service_ids != null ? 'services' : 'all';
}

/** Tomorrow at two in the morning, as the field wants it. */
function tonight(): string {
  const at = new Date(Date.now() + 86_400_000);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T02:00`;
}
