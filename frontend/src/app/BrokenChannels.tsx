/** Says on every page that a channel takes no notices, to those who can mend it. */
import { useLayoutEffect, useState } from 'react';
import { Link } from 'react-router';
import type { BrokenChannel } from '@/api/contract';
import { useMayEdit } from '@/api/role';
import { whenFree } from '@/lib/hold';
import { paths } from '@/lib/paths';
import { noticeText } from '@/lib/text/notice';
import { dayAndTime, exact, isSameDay, now, shortClock } from '@/lib/time';
import { Icon } from '@/ui/Icon';

const text = noticeText.stopped;

interface Props {
  /** None while they are not known. */
  channels: readonly BrokenChannel[] | undefined;
}

export function BrokenChannels({ channels }: Props) {
  const mayEdit = useMayEdit();
  const shown = useSteady(channels);
  const [first] = shown ?? [];
  if (!mayEdit || shown === undefined || first === undefined) return null;
  const alone = shown.length === 1;
  return (
    <aside
      aria-label={text.label}
      className="mx-auto -mb-2 max-w-[68rem] px-4 pt-6 sm:-mb-3 sm:px-6"
    >
      <div className="flex items-start gap-3 rounded-lg bg-degraded-wash px-4 py-2.5">
        <Icon name="megaphone" className="mt-1 shrink-0 text-degraded-text" />
        <p role="status" className="min-w-0 break-words">
          {alone ? (
            <span title={exact(first.since)}>
              {text.one(first.name, momentOf(first.since), first.reason)}
            </span>
          ) : (
            text.several(shown.length)
          )}{' '}
          <Link
            to={alone ? paths.editChannel(first.id) : paths.notices()}
            className="font-medium whitespace-nowrap text-accent underline underline-offset-2"
          >
            {alone ? text.toChannel : text.toList}
          </Link>
        </p>
      </div>
    </aside>
  );
}

/** What comes or goes above a list waits while somebody points at it. */
function useSteady<T>(value: T): T {
  const [steady, setSteady] = useState(value);
  useLayoutEffect(() => whenFree('broken-channels', () => setSteady(value)), [value]);
  return steady;
}

const momentOf = (since: string): string =>
  isSameDay(since, now()) ? shortClock(since) : dayAndTime(since);
