/** When a mute ends: the moment, and how long that is from now. */
import { dayAndTime, exact, relative } from '@/lib/time';
import { useNow } from '@/ui/RelativeTime';

export function MuteEnd({ until }: { until: string }) {
  const now = useNow();
  return (
    <time dateTime={until} title={exact(until)}>
      {dayAndTime(until)} <span className="text-faint">({relative(until, now)})</span>
    </time>
  );
}
