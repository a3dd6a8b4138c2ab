/** What a look before saving saw: verdict, sentence, phases, certificate, and what to do about robots. */
import type { TestRun } from '@/api/contract';
import { serviceText } from '@/lib/text/service';
import { stateText } from '@/lib/text/state';
import { Button } from '@/ui/Button';
import { cx } from '@/ui/classes';
import { Panel, Skeleton, StillLoading } from '@/ui/Page';
import { StatusGlyph, wordColour } from '@/ui/StatusGlyph';
import { CertificateFacts } from './CertificateFacts';
import { LookPhases } from './LookPhases';

const text = serviceText.test;
const robotStatuses = [401, 403, 429];

interface Props {
  look: TestRun | null;
  /** Whether that look asked for a certificate that can be trusted. */
  verified: boolean;
  /** The form asks another question by now. */
  outdated: boolean;
  pending: boolean;
  onAccept: (status: number) => void;
  onHeader: () => void;
  /** Where the page can turn to what the vendor says instead. */
  onVendorPage: () => void;
}

export function TestResult(props: Props) {
  const { look, verified, outdated, pending, onAccept, onHeader, onVendorPage } = props;
  if (look === null) {
    return pending ? (
      <Panel className="relative space-y-3 p-5">
        <StillLoading />
        <p role="status" className="sr-only">
          {serviceText.form.testing}
        </p>
        <Skeleton className="h-5 w-56" />
        <Skeleton className="h-3 w-full" />
        <Skeleton className="h-3 w-4/5" />
        <Skeleton className="h-3 w-3/5" />
      </Panel>
    ) : (
      <p className="-mt-2 text-soft">{text.untested}</p>
    );
  }
  const refusal =
    look.verdict !== 'up' && look.status_code !== null && robotStatuses.includes(look.status_code)
      ? look.status_code
      : null;
  const { hops, certificate } = look.observation;
  return (
    <section aria-label={text.heading} className={cx(pending && 'opacity-60')}>
      <Panel>
        <div role="status" className="flex items-start gap-3.5 px-5 py-4">
          <StatusGlyph status={look.verdict} size={20} className="mt-0.5" />
          <div className="min-w-0">
            <p className={cx('text-xl font-semibold tracking-tight', wordColour[look.verdict])}>
              {stateText.short[look.verdict]}
            </p>
            <p className="text-soft">{look.sentence}</p>
            {outdated && !pending && <p className="mt-1 text-sm text-faint">{text.stale}</p>}
          </div>
        </div>
        {refusal !== null && (
          <div className="border-t border-line px-5 py-4">
            <p className="text-soft">{text.robots(refusal)}</p>
            <div className="mt-3 flex flex-wrap gap-2">
              <Button size="sm" onClick={() => onAccept(refusal)}>
                {text.accept(refusal)}
              </Button>
              <Button size="sm" onClick={onHeader}>
                {text.header}
              </Button>
              <Button size="sm" onClick={onVendorPage}>
                {text.vendorPage}
              </Button>
            </div>
          </div>
        )}
        {hops.length > 0 && (
          <div className="border-t border-line px-5 py-4">
            <LookPhases observation={look.observation} />
          </div>
        )}
        {certificate != null && (
          <div className="border-t border-line px-5 py-4">
            <CertificateFacts certificate={certificate} verified={verified} />
          </div>
        )}
      </Panel>
    </section>
  );
}
