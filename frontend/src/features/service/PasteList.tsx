/** Adds several services from a pasted list; what is refused stays in the box. */
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useMemo, useState } from 'react';
import type { ServiceDraft } from '@/api/contract';
import { keys } from '@/api/keys';
import { createService } from '@/api/services';
import { discover } from '@/api/vendor';
import { allReasonsOf } from '@/features/form/elsewhere';
import { useCloseGuard, useIsChanged } from '@/features/form/useLeaveGuard';
import { nameFromUrl, type PastedService, parseList } from '@/lib/paste-list';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { vendorText } from '@/lib/text/vendor';
import { hostOf, looksLikeStatusPage } from '@/lib/vendor';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { CheckField, TextArea, TextField } from '@/ui/Field';
import { Notice } from '@/ui/Page';
import { toast } from '@/ui/Toasts';
import { WHOLE } from './ComponentPicker';
import { emptyValues } from './form-values';
import { useInterval } from './intervals';
import { commonOf, emptyVendorValues, nameFor, SHORTEST_INTERVAL, targetOf } from './vendor-values';

const text = serviceText.list;

interface Refusal {
  line: string;
  reason: string;
}

const isPage = ({ url }: PastedService): boolean => looksLikeStatusPage(url, undefined);

/** Nothing there could be read as a status page; the message says what was found instead. */
class NoPage extends Error {}

/** A status page as a whole, under the name in the list where it has one there. */
async function draftOfPage(
  service: PastedService,
  category: string,
  check_interval: number,
): Promise<ServiceDraft> {
  const found = await discover(service.url);
  if (found.api_urls.length === 0) {
    throw new NoPage(found.advice?.sentence ?? vendorText.search.nothing);
  }
  const isNamed = service.name !== nameFromUrl(service.url);
  return {
    ...commonOf({ ...emptyVendorValues, category }),
    check_interval,
    ...targetOf(WHOLE, found, false),
    name: isNamed ? service.name : nameFor(WHOLE, found, null),
  };
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
  /** Status pages are followed: what they say counts, and not whether they answer. */
  const [follows, setFollows] = useState(true);
  const [progress, setProgress] = useState<number | null>(null);
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  /** What became of a list of which a part was refused; messages of the page cannot be read from here. */
  const [some, setSome] = useState<string | null>(null);
  const client = useQueryClient();
  const interval = useInterval(Number(emptyValues().check_interval)).chosen;
  const pageInterval = useInterval(SHORTEST_INTERVAL, { shortest: SHORTEST_INTERVAL }).chosen;
  const lines = useMemo(() => parseList(pasted), [pasted]);
  const good = lines.filter((line) => line.service !== null);
  const statusPages = good.filter(({ service }) => service !== null && isPage(service));
  const unreadable = lines.length - good.length;

  const { leave } = useCloseGuard(useIsChanged({ pasted, category, follows }));

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
        await createService(
          follows && isPage(service)
            ? await draftOfPage(service, category, pageInterval)
            : {
                ...service,
                monitor_type: 'http_ping',
                category: category.trim() === '' ? null : category.trim(),
                check_interval: interval,
              },
        );
      } catch (error) {
        refused.push({
          line,
          reason: error instanceof NoPage ? error.message : allReasonsOf(error),
        });
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
        {statusPages.length > 0 && (
          <CheckField
            label={text.follow(statusPages.length)}
            hint={text.followHint(
              statusPages.map(({ service }) => hostOf(service?.url ?? '')).join(', '),
            )}
            checked={follows}
            onChange={setFollows}
          />
        )}
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
