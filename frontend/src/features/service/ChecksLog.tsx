/** Every check, newest first, paged by the server. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { sentenceOf } from '@/api/problem';
import { checksQuery } from '@/api/services';
import { useLastError } from '@/api/useLastError';
import { Older } from '@/features/paging/Older';
import { integer } from '@/lib/numbers';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { stateText } from '@/lib/text/state';
import { Empty, Failure, Panel, Section, SkeletonRows } from '@/ui/Page';
import { Segmented } from '@/ui/Segmented';
import { CheckLine } from './CheckLine';
import { useParam } from './useParam';

const text = serviceText.page;
const filters = ['', 'down', 'degraded', 'unknown'] as const;

interface Props {
  serviceId: string;
  /** It follows a vendor's page. */
  ofPage: boolean;
}

export function ChecksLog({ serviceId, ofPage }: Props) {
  const [status, setStatus] = useParam('checks', filters, '');
  const log = useInfiniteQuery(
    checksQuery(serviceId, { status: status === '' ? undefined : status }),
  );
  const failure = useLastError(log);
  const checks = log.data?.pages.flatMap((page) => page.items) ?? [];
  const total = log.data?.pages[0]?.total;
  return (
    <Section
      title={
        <>
          {text.checks}
          {total != null && (
            <span className="figures ml-2 text-sm font-normal text-faint">{integer(total)}</span>
          )}
        </>
      }
      aside={
        <Segmented
          label={text.checksFilter}
          value={status}
          options={filters.map((value) => ({
            value,
            label: value === '' ? text.checksAll : stateText.short[value],
          }))}
          onChange={setStatus}
        />
      }
    >
      {log.isPending && failure === null && <SkeletonRows rows={5} label={shellText.loading} />}
      {failure !== null && (
        <Failure retry={shellText.retry} onRetry={() => void log.refetch()}>
          {sentenceOf(failure)}
        </Failure>
      )}
      {log.data !== undefined && checks.length === 0 && <Empty>{text.checksEmpty}</Empty>}
      {checks.length > 0 && (
        <>
          <Panel>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways on a phone */}
            <section tabIndex={0} aria-label={text.table} className="scrolls-sideways rounded-lg">
              <table className="figures w-full min-w-lg border-collapse text-sm">
                <thead>
                  <tr className="border-b border-line text-left text-faint">
                    <th className="py-2 pr-4 pl-4 font-normal sm:pl-5">{text.time}</th>
                    <th className="py-2 pr-4 font-normal">{text.result}</th>
                    {!ofPage && (
                      <>
                        <th className="py-2 pr-4 text-right font-normal">{text.code}</th>
                        <th className="py-2 pr-4 text-right font-normal">{text.took}</th>
                      </>
                    )}
                    <th className="w-full py-2 pr-4 pl-2 font-normal sm:pr-5">{text.detail}</th>
                  </tr>
                </thead>
                <tbody>
                  {checks.map((check) => (
                    <CheckLine key={check.id} check={check} ofPage={ofPage} />
                  ))}
                </tbody>
              </table>
            </section>
          </Panel>
          <div className="mt-3">
            <Older list={log}>{text.olderChecks}</Older>
          </div>
        </>
      )}
    </Section>
  );
}
