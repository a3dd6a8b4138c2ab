/** What a change to many would do: how many, some of them by name, and who is left out and why. */
import type { BulkResult } from '@/api/contract';
import { sentenceOf } from '@/api/problem';
import { dashboardText } from '@/lib/text/dashboard';
import { shellText } from '@/lib/text/shell';
import { Button } from '@/ui/Button';
import { DotList } from '@/ui/DotList';
import { Icon } from '@/ui/Icon';
import { Skeleton } from '@/ui/Page';
import { type BulkAction, refusalsOf } from './bulk';
import { valueWords } from './valueWords';

const text = dashboardText.bulk;
const REASONS = 3;

interface Props {
  action: BulkAction;
  /** Enough is said to know what would change. */
  asked: boolean;
  result: BulkResult | undefined;
  error: unknown;
  onRetry: (() => void) | undefined;
}

export function BulkPreview({ action, asked, result, error, onRetry }: Props) {
  return (
    <section
      aria-label={text.preview}
      aria-live="polite"
      className="min-h-24 rounded-lg bg-sunken px-4 py-3"
    >
      {error != null ? (
        <div role="alert" className="flex flex-wrap items-center justify-between gap-3">
          <p className="min-w-0 text-down-text">{sentenceOf(error)}</p>
          {onRetry !== undefined && (
            <Button size="sm" onClick={onRetry}>
              {shellText.retry}
            </Button>
          )}
        </div>
      ) : !asked ? (
        <p className="text-soft">{text.fill}</p>
      ) : result === undefined ? (
        <div role="status" className="space-y-2">
          <p className="text-soft">{text.looking}</p>
          <Skeleton className="h-4 w-2/3 bg-line!" />
        </div>
      ) : (
        <Found action={action} result={result} />
      )}
    </section>
  );
}

function Found({ action, result }: { action: BulkAction; result: BulkResult }) {
  const { changed, matched, examples } = result;
  // Who is refused by two of several answers is one all the same.
  const refused = new Set(result.refused.flatMap(({ ids }) => ids)).size;
  const same = matched - changed.length - refused;
  return (
    <>
      <DotList className="figures font-medium">
        {changed.length === 0 ? text.nothing : text.change(changed.length)}
        {same > 0 && <span className="font-normal text-soft">{text.same(same)}</span>}
        {refused > 0 && <span className="text-degraded-text">{text.refused(refused)}</span>}
      </DotList>
      <ul className="mt-2 space-y-1 text-sm">
        {examples.map(({ id, name, before, after }) => (
          <li key={id} className="flex min-w-0 items-baseline gap-3">
            <bdi className="min-w-0 flex-1 truncate">{name}</bdi>
            <span className="flex min-w-0 shrink-0 items-center gap-1.5 text-faint">
              <span className="max-w-28 truncate">{valueWords(action, before)}</span>
              <Icon name="arrowLeft" size={12} className="rotate-180" />
              <span className="sr-only">{text.to}</span>
              <span className="max-w-32 truncate text-ink">{valueWords(action, after)}</span>
            </span>
          </li>
        ))}
        {changed.length > examples.length && (
          <li className="text-faint">{text.others(changed.length - examples.length)}</li>
        )}
        {refusalsOf(result)
          .slice(0, REASONS)
          .map(({ field, reason, services }) => (
            <li key={`${field} ${reason}`} className="text-degraded-text">
              {text.refusal(text.fields[field] ?? field, reason, services)}
            </li>
          ))}
      </ul>
    </>
  );
}
