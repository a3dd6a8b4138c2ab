/** The processes that look, each with its own figures; a wide table scrolls inside itself. */
import type { Worker } from '@/api/system';
import { integer, milliseconds } from '@/lib/numbers';
import { type Figures, figuresOf } from '@/lib/system';
import { systemText as text } from '@/lib/text/system';
import { duration } from '@/lib/time';
import { Empty, Panel, Section } from '@/ui/Page';
import { RelativeTime } from '@/ui/RelativeTime';
import { StatusGlyph } from '@/ui/StatusGlyph';

const words = text.worker;
const columns: [string, (figures: Figures) => string][] = [
  [words.services, ({ services }) => integer(services)],
  [words.pages, ({ pages }) => integer(pages)],
  [words.looks, ({ looks }) => integer(looks)],
  [words.missed, ({ missed }) => integer(missed)],
  [words.lag, ({ latestStartMs }) => milliseconds(latestStartMs)],
];

export function Workers({ workers }: { workers: readonly Worker[] }) {
  return (
    <Section title={text.workers} aside={integer(workers.length)}>
      {workers.length === 0 ? (
        <Empty>{text.noWorkers}</Empty>
      ) : (
        <Panel className="overflow-hidden">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <section className="scrolls-sideways" aria-label={words.table} tabIndex={0}>
            <table className="figures w-full text-left">
              <thead className="border-b border-line text-sm text-faint">
                <tr className="*:px-4 *:py-2 *:font-normal *:whitespace-nowrap">
                  <th scope="col">{words.name}</th>
                  <th scope="col">{words.state}</th>
                  {columns.map(([label]) => (
                    <th key={label} scope="col" className="text-right">
                      {label}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody className="divide-y divide-line">
                {workers.map((worker) => (
                  <Line key={worker.id} worker={worker} />
                ))}
              </tbody>
            </table>
          </section>
        </Panel>
      )}
    </Section>
  );
}

function Line({ worker }: { worker: Worker }) {
  const figures = figuresOf(worker.figures);
  const status = !worker.live ? 'down' : figures.isolated ? 'unknown' : 'up';
  return (
    <tr className="align-top *:px-4 *:py-2.5">
      <th scope="row" className="font-medium whitespace-nowrap">
        {worker.host}
        <span className="block text-sm font-normal text-faint">{worker.version}</span>
      </th>
      <td className="whitespace-nowrap">
        <span className="flex items-center gap-2">
          <StatusGlyph status={status} size={12} />
          {status === 'down' ? <Silent at={worker.heartbeat_at} /> : null}
          {status === 'unknown' && words.isolated}
          {status === 'up' && words.looking}
        </span>
        {worker.live && (
          <span className="block pl-5 text-sm text-faint">
            <For at={worker.started_at} />
          </span>
        )}
        {figures.clockJumpMs !== null && (
          <span className="block pl-5 text-sm text-degraded-text">
            {words.clock(duration(Math.abs(figures.clockJumpMs)))}
          </span>
        )}
      </td>
      {columns.map(([label, figure]) => (
        <td key={label} className="text-right whitespace-nowrap text-soft">
          {figure(figures)}
        </td>
      ))}
    </tr>
  );
}

const Silent = ({ at }: { at: string }) => (
  <span>
    {words.silent} <RelativeTime at={at} />
  </span>
);

const For = ({ at }: { at: string }) => (
  <>
    {words.since} <RelativeTime at={at} as="span" />
  </>
);
