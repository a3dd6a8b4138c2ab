/** The rows of a group that are in view, each in its place among all of them. */
import { type RefObject, useRef } from 'react';
import type { Service } from '@/api/contract';
import { undoDeleteOf, useIsHidden } from '@/api/pending-delete';
import { sentenceOf } from '@/api/problem';
import type { AskedFilters } from '@/lib/filters';
import { dashboardText as text } from '@/lib/text/dashboard';
import { shellText } from '@/lib/text/shell';
import { Button } from '@/ui/Button';
import { cx } from '@/ui/classes';
import { Panel, StillLoading } from '@/ui/Page';
import { ServiceRow } from './ServiceRow';
import type { Section } from './sections';
import { useIsSelected, type Within } from './selection';
import { useRows } from './useRows';

interface Props {
  section: Section;
  from: number;
  to: number;
  /** Of one row, in pixels. */
  height: number;
}

export function SectionRows({ section, from, to, height }: Props) {
  const rows = useRows(section, from, to);
  // Read when something is pressed, so that rows need not be drawn again for it.
  const within = useRef<Within>({ rows: [], asked: section.asked });
  within.current = { rows: rows.known, asked: section.asked };
  const last = section.rows - 1;
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  return (
    <Panel className="relative">
      {rows.error !== null && (
        <div
          role="alert"
          className="sticky top-28 z-20 flex flex-wrap items-center justify-between gap-3 rounded-lg bg-raised px-4 py-3 shadow-float"
        >
          <p className="text-soft">
            {text.rowError} {sentenceOf(rows.error)}
          </p>
          <Button size="sm" onClick={rows.retry}>
            {shellText.retry}
          </Button>
        </div>
      )}
      {rows.error === null && numbers.some((row) => rows.at(row) === undefined) && (
        <div aria-hidden="true" className="sticky top-28 z-10 h-0">
          <StillLoading />
        </div>
      )}
      <ul className="relative" style={{ height: section.rows * height - 2 }}>
        {numbers.map((row) => {
          const service = rows.at(row);
          return (
            <li
              key={service?.id ?? row}
              aria-setsize={section.rows}
              aria-posinset={row + 1}
              className={cx(
                'absolute inset-x-0 border-line',
                row === 0 && '*:rounded-t-[9px]',
                row === last ? '*:rounded-b-[9px]' : 'border-b',
              )}
              style={{ top: row * height, height: row === last ? height - 2 : height }}
            >
              {service === undefined ? (
                <Blank />
              ) : (
                <Row service={service} asked={section.asked} within={within} />
              )}
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

interface RowProps {
  service: Service;
  asked: AskedFilters;
  within: RefObject<Within>;
}

function Row({ service, asked, within }: RowProps) {
  const hidden = useIsHidden(service.id);
  const selected = useIsSelected(service, asked);
  if (!hidden && service.gone !== true) {
    return <ServiceRow service={service} selected={selected} within={within} />;
  }
  return (
    <div className="flex h-full items-center justify-between gap-3 pr-2 pl-4 text-faint">
      <p className="min-w-0 truncate">
        <bdi>{text.rowDeleted(service.name)}</bdi>
      </p>
      {hidden && (
        <Button size="sm" kind="quiet" onClick={() => undoDeleteOf(service.id)}>
          {shellText.undo}
        </Button>
      )}
    </div>
  );
}

/** A row that is on its way; it does not pulse, since dozens fly past in a scroll and each would be a layer of its own. */
function Blank() {
  return (
    <div aria-hidden="true" className="flex h-full items-center gap-3 px-4">
      <span className="size-3.5 rounded-full bg-sunken" />
      <span className="h-3.5 w-40 rounded-sm bg-sunken" />
      <span className="ml-auto h-5 w-52 rounded-sm bg-sunken max-sm:hidden" />
      <span className="h-3.5 w-14 rounded-sm bg-sunken" />
    </div>
  );
}
