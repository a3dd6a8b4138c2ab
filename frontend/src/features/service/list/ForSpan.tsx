/** How long it has been so, behind the sentence that says what; of several the longest. */
import { stateText } from '@/lib/text/state';
import { RelativeTime } from '@/ui/RelativeTime';
import type { Concerned } from './concerned';

export function ForSpan({ concerned: { name, since } }: { concerned: Concerned }) {
  return (
    <span className="font-normal text-soft">
      {name === undefined ? `${stateText.longestFor} ` : ` ${stateText.forSpan} `}
      <RelativeTime at={since} as="span" />
    </span>
  );
}
