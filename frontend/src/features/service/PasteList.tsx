/** Adds several services from a pasted list; what is refused stays in the box. */
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useMemo, useState } from 'react';
import { keys } from '@/api/keys';
import { createService } from '@/api/services';
import { allReasonsOf } from '@/features/form/elsewhere';
import { useCloseGuard, useIsChanged } from '@/features/form/useLeaveGuard';
import { parseList } from '@/lib/paste-list';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextArea, TextField } from '@/ui/Field';
import { Notice } from '@/ui/Page';
import { toast } from '@/ui/Toasts';

const text = serviceText.list;

interface Refusal {
  line: string;
  reason: string;
}

export default function PasteList({
  initial = '',
  onClose,
}: {
  initial?: string;
  onClose: () => void;
}) {
  const [pasted, setPasted] = useState(initial);
  const [category, setCategory] = useState('');
  const [progress, setProgress] = useState<number | null>(null);
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  /** What became of a list of which a part was refused; messages of the page cannot be read from here. */
  const [some, setSome] = useState<string | null>(null);
  const client = useQueryClient();
  const lines = useMemo(() => parseList(pasted), [pasted]);
  const good = lines.filter((line) => line.service !== null);
  const unreadable = lines.length - good.length;

  const { leave } = useCloseGuard(useIsChanged({ pasted, category }));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (progress !== null || good.length === 0) return;
    const refused: Refusal[] = [];
    let done = 0;
    setProgress(0);
    setSome(null);
    for (const { line, service } of good) {
      if (service === null) continue;
      try {
        await createService({
          ...service,
          monitor_type: 'http_ping',
          category: category.trim() === '' ? null : category.trim(),
        });
      } catch (error) {
        refused.push({ line, reason: allReasonsOf(error) });
      }
      done += 1;
      setProgress(done);
    }
    setProgress(null);
    await Promise.all([
      client.invalidateQueries({ queryKey: keys.serviceLists }),
      client.invalidateQueries({ queryKey: keys.summary }),
    ]);
    const added = good.length - refused.length;
    if (refused.length === 0 && unreadable === 0) {
      toast(text.added(added));
      onClose();
      return;
    }
    setSome(added > 0 ? text.some(added, refused.length) : null);
    setRefusals(refused);
    const left = lines.filter(
      (line) => line.service === null || refused.some((r) => r.line === line.line),
    );
    setPasted(left.map((line) => line.line).join('\n'));
  };

  return (
    <Dialog title={text.title} closeLabel={shellText.close} onClose={() => leave(onClose)} sheet>
      <form onSubmit={submit} className="space-y-4">
        {some !== null && <Notice>{some}</Notice>}
        <TextArea
          label={text.label}
          hint={text.detail}
          rows={8}
          placeholder={text.placeholder}
          value={pasted}
          autoFocus
          spellCheck={false}
          errors={refusals.map(({ line, reason }) => `${line}: ${reason}`)}
          onChange={(event) => {
            setPasted(event.target.value);
            setRefusals([]);
          }}
        />
        <TextField
          label={text.category}
          optional={shellText.optional}
          maxLength={100}
          value={category}
          onChange={(event) => setCategory(event.target.value)}
        />
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p role="status" className="text-sm text-soft">
            {text.found(good.length)}
            {unreadable > 0 && (
              <span className="text-degraded-text"> · {text.unreadable(unreadable)}</span>
            )}
          </p>
          <Button
            type="submit"
            kind="primary"
            disabled={good.length === 0}
            busy={progress !== null && text.adding(progress, good.length)}
          >
            {text.submit(good.length)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
