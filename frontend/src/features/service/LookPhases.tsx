/** The phases of one look as a waterfall, redirects one after the other. */
import type { Observation } from '@/api/contract';
import { bytes } from '@/lib/numbers';
import { spansOf } from '@/lib/phases';
import { serviceText } from '@/lib/text/service';
import { Waterfall } from '@/ui/Waterfall';

const text = serviceText.page;

export function LookPhases({ observation }: { observation: Observation }) {
  const { hops, total_ms } = observation;
  const spans = spansOf(hops);
  const phases = spans.flatMap((hop, index) =>
    hop.map((span) => ({
      key: `${span.phase}:${index}`,
      label:
        hops.length > 1 ? `${index + 1} · ${text.phases[span.phase]}` : text.phases[span.phase],
      start: span.start,
      length: span.length,
    })),
  );
  return (
    <div className="space-y-3.5">
      <ol className="space-y-0.5 text-sm">
        {hops.map((hop, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a redirect loop repeats its addresses
          <li key={index} className="flex min-w-0 flex-wrap gap-x-2">
            {hops.length > 1 && <span className="figures text-faint">{index + 1}</span>}
            <span className="figures font-medium">{hop.status ?? '–'}</span>
            <span className="min-w-0 break-all text-soft">{hop.url}</span>
            <span className="text-faint">
              {[
                hop.remote,
                hop.http_version == null ? null : `HTTP/${hop.http_version}`,
                hop.status == null ? null : bytes(hop.bytes),
              ]
                .filter((part) => part != null)
                .join(' · ')}
            </span>
          </li>
        ))}
      </ol>
      <Waterfall phases={phases} total={total_ms} totalLabel={text.total} />
    </div>
  );
}
