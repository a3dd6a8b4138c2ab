/** All services, troubled ones pinned on top, the others by category. */
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { Service } from '@/api/contract';
import { integer } from '@/lib/numbers';
import { serviceText as text } from '@/lib/text/service';
import { stateText } from '@/lib/text/state';
import { cx } from '@/ui/classes';
import { Panel } from '@/ui/Page';
import { ATTENTION, NONE, placements, type Section, sectionsOf } from './grouping';
import { rowGrid, ServiceRow } from './ServiceRow';

/** From this many rows on only those in view are in the document. */
const VIRTUAL_FROM = 150;

interface Props {
  services: readonly Service[];
  categoryOrder: readonly string[];
  /** False while more pages wait: counts per category would then be wrong. */
  complete: boolean;
  /** Called when the reader comes near the end. */
  onNearEnd: () => void;
}

export function ServiceSections({ services, categoryOrder, complete, onNearEnd }: Props) {
  const [held, setHeld] = useState(false);
  const before = useRef<ReadonlyMap<string, string>>(new Map());
  const sections = useMemo(() => {
    const places = placements(services, before.current, held);
    before.current = places;
    return sectionsOf(services, places, categoryOrder, held);
  }, [services, categoryOrder, held]);

  return (
    <div
      onPointerEnter={(event) => {
        if (event.pointerType === 'mouse') setHeld(true);
      }}
      onPointerLeave={() => setHeld(false)}
    >
      {services.length > VIRTUAL_FROM ? (
        <VirtualSections sections={sections} complete={complete} onNearEnd={onNearEnd} />
      ) : (
        sections.map((section, index) => (
          <section key={section.key} className="mt-8">
            <Head section={section} complete={complete} columns={index === 0} />
            <Panel>
              <ul className="divide-y divide-line">
                {section.services.map((service) => (
                  <li
                    key={service.id}
                    className="first:[&>div]:rounded-t-[9px] last:[&>div]:rounded-b-[9px]"
                  >
                    <ServiceRow service={service} />
                  </li>
                ))}
              </ul>
            </Panel>
          </section>
        ))
      )}
    </div>
  );
}

const titleOf = ({ key }: Section): string =>
  key === ATTENTION ? text.attention : key === NONE ? text.uncategorised : key;

/** The section's name with how many are up; once, above the first rows, the heads of the columns. */
function Head({
  section,
  complete,
  columns,
}: {
  section: Section;
  complete: boolean;
  columns: boolean;
}) {
  const count =
    section.key === ATTENTION
      ? integer(section.services.length)
      : complete && section.total > 0
        ? stateText.operational(integer(section.up), integer(section.total))
        : null;
  return (
    <div className={cx(rowGrid, 'mb-2.5 pb-px max-md:grid-cols-1 md:pr-2')}>
      <div className="flex items-baseline gap-2.5 max-md:justify-between">
        <h2 className="min-w-0 truncate text-lg font-semibold tracking-tight">
          {titleOf(section)}
        </h2>
        <span className="figures shrink-0 text-sm text-faint">{count}</span>
      </div>
      {columns && (
        <div aria-hidden="true" className="contents text-sm text-faint *:self-end max-md:hidden">
          <span>{text.columns.days}</span>
          <span className="text-right">{text.columns.uptime}</span>
          <span className="text-right">{text.columns.latency}</span>
        </div>
      )}
    </div>
  );
}

type Item =
  | { kind: 'head'; section: Section }
  | { kind: 'row'; service: Service; first: boolean; last: boolean };

function VirtualSections({
  sections,
  complete,
  onNearEnd,
}: {
  sections: readonly Section[];
  complete: boolean;
  onNearEnd: () => void;
}) {
  const list = useRef<HTMLUListElement>(null);
  const [margin, setMargin] = useState(0);
  const items = useMemo(
    () =>
      sections.flatMap((section): Item[] => [
        { kind: 'head', section },
        ...section.services.map((service, index) => ({
          kind: 'row' as const,
          service,
          first: index === 0,
          last: index === section.services.length - 1,
        })),
      ]),
    [sections],
  );
  useEffect(() => setMargin(list.current?.offsetTop ?? 0), []);
  const virtual = useWindowVirtualizer({
    count: items.length,
    estimateSize: (index) => (items[index]?.kind === 'head' ? 78 : 57),
    getItemKey: (index) => {
      const item = items[index];
      return item?.kind === 'row' ? item.service.id : `head ${item?.section.key}`;
    },
    overscan: 12,
    scrollMargin: margin,
  });
  const rows = virtual.getVirtualItems();
  const end = rows[rows.length - 1]?.index ?? 0;
  useEffect(() => {
    if (!complete && end > items.length - 60) onNearEnd();
  }, [complete, end, items.length, onNearEnd]);

  return (
    <ul ref={list} className="relative" style={{ height: virtual.getTotalSize() }}>
      {rows.map((row) => {
        const item = items[row.index];
        if (item === undefined) return null;
        return (
          <li
            key={row.key}
            ref={virtual.measureElement}
            data-index={row.index}
            className="absolute inset-x-0 top-0"
            style={{ transform: `translateY(${row.start - margin}px)` }}
          >
            {item.kind === 'head' ? (
              <div className="pt-8">
                <Head section={item.section} complete={complete} columns={row.index === 0} />
              </div>
            ) : (
              <Framed first={item.first} last={item.last}>
                <ServiceRow service={item.service} />
              </Framed>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Framed({ first, last, children }: { first: boolean; last: boolean; children: ReactNode }) {
  return (
    <div
      className={cx(
        'overflow-hidden border-x border-b border-line bg-surface',
        first && 'rounded-t-lg border-t',
        last && 'rounded-b-lg',
      )}
    >
      {children}
    </div>
  );
}
