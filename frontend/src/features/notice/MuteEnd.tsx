/** When a mute ends: the moment, how long that is from now, and whose it is. */
import type { Mute } from '@/api/mutes';
import { muteText as text } from '@/lib/text/mute';
import { dayAndTime, exact, relative } from '@/lib/time';
import { useNow } from '@/ui/RelativeTime';

export function MuteEnd({ mute: { until, by } }: { mute: Mute }) {
  const now = useNow();
  return (
    <>
      <time dateTime={until} title={exact(until)}>
        {dayAndTime(until)} <span className="text-faint">({relative(until, now)})</span>
      </time>
      {by != null && (
        <>
          {text.by} <bdi>{by}</bdi>
        </>
      )}
    </>
  );
}
