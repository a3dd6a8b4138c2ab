/** All services, troubled ones pinned on top, the others by category. */
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { Service } from '@/api/contract';
import { integer } from '@/lib/numbers';
import { serviceText as text } from '@/lib/text/service';
import { stateText } from '@/lib/text/state';
import { cx } from '@/ui/classes';
import { Section as PageSection, Panel } from '@/ui/Page';
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
        sections.map((section) => (
          <PageSection
            key={section.key}
            className="mt-8"
            title={titleOf(section)}
            aside={<Aside section={section} complete={complete} />}
          >
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
          </PageSection>
        ))
      )}
    </div>
  );
}

const titleOf = ({ key }: Section): string =>
  key === ATTENTION ? text.attention : key === NONE ? text.uncategorised : key;

/** On a wide screen the heads of the columns, on a phone how many are up. */
function Aside({ section, complete }: { section: Section; complete: boolean }) {
  if (section.key === ATTENTION) return integer(section.services.length);
  if (!complete || section.total === 0) return null;
  return stateText.operational(integer(section.up), integer(section.total));
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
              <Head section={item.section} complete={complete} />
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

function Head({ section, complete }: { section: Section; complete: boolean }) {
  return (
    <div className="flex items-baseline justify-between gap-4 pt-8 pb-3.5">
      <h2 className="text-lg font-semibold tracking-tight">{titleOf(section)}</h2>
      <span className="text-sm text-faint">
        <Aside section={section} complete={complete} />
      </span>
    </div>
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

/** The heads of the columns, once, above the first section on wide screens. */
export function ColumnHeads() {
  return (
    <div
      aria-hidden="true"
      className={cx(rowGrid, 'mt-8 -mb-7 pr-2 pl-4 text-xs text-faint max-md:hidden')}
    >
      <span />
      <span>{text.columns.days}</span>
      <span className="text-right">{text.columns.uptime}</span>
      <span className="text-right">{text.columns.latency}</span>
      <span />
    </div>
  );
}
