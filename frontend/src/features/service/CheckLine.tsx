/** One check in the log; opened, it says what failed where, how often it was tried, and how long each phase took. */
import { useId, useState } from 'react';
import type { Check } from '@/api/contract';
import { milliseconds } from '@/lib/numbers';
import { spansOf } from '@/lib/phases';
import { serviceText } from '@/lib/text/service';
import { clock, dayAndTime, exact, isSameDay, now } from '@/lib/time';
import { cx } from '@/ui/classes';
import { Icon } from '@/ui/Icon';
import { Fact } from '@/ui/Page';
import { StatusLabel } from '@/ui/StatusGlyph';
import { Waterfall } from '@/ui/Waterfall';

const text = serviceText.page;

interface Props {
  check: Check;
  /** A vendor's page has neither status codes nor latency. */
  ofPage: boolean;
}

export function CheckLine({ check, ofPage }: Props) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const when = isSameDay(check.checked_at, now()) ? clock : dayAndTime;
  const facts = factsOf(check);
  const hasMore = facts.length > 0 || check.timings != null;
  return (
    <>
      <tr className={cx('border-b border-line last:border-b-0', open && 'border-b-0')}>
        <td className="py-1.5 pr-3 pl-4 whitespace-nowrap sm:pl-5">
          {hasMore ? (
            <button
              type="button"
              aria-expanded={open}
              aria-controls={open ? id : undefined}
              aria-label={text.checkDetail(when(check.checked_at))}
              title={exact(check.checked_at)}
              onClick={() => setOpen(!open)}
              className="touch -my-0.5 -ml-1.5 inline-flex items-center gap-1 rounded-sm px-1.5 py-0.5 text-soft hover:bg-sunken hover:text-ink"
            >
              <Icon
                name="chevronRight"
                size={12}
                className={cx('text-faint transition-transform', open && 'rotate-90')}
              />
              {when(check.checked_at)}
            </button>
          ) : (
            <time dateTime={check.checked_at} title={exact(check.checked_at)} className="text-soft">
              {when(check.checked_at)}
            </time>
          )}
        </td>
        <td className="py-1.5 pr-4 whitespace-nowrap">
          <StatusLabel status={check.status} />
        </td>
        {!ofPage && (
          <>
            <td className="py-1.5 pr-4 text-right text-soft">{check.status_code ?? '–'}</td>
            <td className="py-1.5 pr-4 text-right whitespace-nowrap text-soft">
              {milliseconds(check.response_time)}
            </td>
          </>
        )}
        <td className="py-1.5 pr-4 pl-2 text-soft sm:pr-5">
          {check.reason?.sentence}
          {check.attempts > 1 && (
            <span className="text-faint">
              {check.reason != null && ' · '}
              {text.attempts(check.attempts)}
            </span>
          )}
        </td>
      </tr>
      {open && (
        <tr id={id} className="border-b border-line last:border-b-0">
          <td colSpan={ofPage ? 3 : 5} className="px-4 pt-1 pb-4 sm:px-5">
            <div className="grid gap-x-10 gap-y-4 rounded-md bg-sunken px-4 py-3 md:grid-cols-[auto_minmax(0,1fr)]">
              <dl className="grid grid-cols-[auto_minmax(0,1fr)] content-start gap-x-4 gap-y-1">
                {facts.map(([label, value]) => (
                  <Fact key={label} label={label}>
                    {value}
                  </Fact>
                ))}
              </dl>
              {check.timings != null && <Phases timings={check.timings} />}
            </div>
          </td>
        </tr>
      )}
    </>
  );
}

function Phases({ timings }: { timings: NonNullable<Check['timings']> }) {
  const [spans = []] = spansOf([timings].map((one) => ({ timings: one })));
  if (spans.length === 0) return null;
  const total = spans.reduce((sum, { length }) => sum + length, 0);
  return (
    <Waterfall
      phases={spans.map((span) => ({
        key: span.phase,
        label: text.phases[span.phase],
        start: span.start,
        length: span.length,
      }))}
      total={total}
      totalLabel={text.lastHop}
    />
  );
}

function factsOf(check: Check): [string, string][] {
  const { reason, attempts, first_failed_at } = check;
  const facts: [string, string | null][] = [
    [text.reasonCode, reason?.code ?? null],
    [text.failedIn, reason?.phase == null ? null : text.failurePhases[reason.phase]],
    [text.tried, attempts > 1 ? text.attempts(attempts) : null],
    [text.firstFailed, first_failed_at == null ? null : exact(first_failed_at)],
    [text.lookedAt, exact(check.checked_at)],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}
