/** All services, troubled ones pinned on top, the others by category; of thousands only those in view are drawn. */
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { heightOf, inView, type Placed, place, shift } from '@/lib/geometry';
import { hold, isHeld, release } from '@/lib/hold';
import { useClosed } from './closed';
import { useDensity } from './density';
import { SectionHead } from './SectionHead';
import { SectionRows } from './SectionRows';
import { ATTENTION, type Section } from './sections';
import { useSizes } from './useSizes';
import { useView } from './useView';

/** Up to so many rows everything is in the document. */
const WHOLE_UP_TO = 150;
/** The next groups are asked for when fewer pixels than this are left. */
const NEAR_END = 3_000;

interface Props {
  sections: readonly Section[];
  /** All categories in their order, for moving one; null where the order cannot be changed. */
  categories: readonly string[] | null;
  /** Called when the reader comes near the end. */
  onNearEnd: () => void;
}

export function ServiceList({ sections, categories, onNearEnd }: Props) {
  const closed = useClosed();
  const density = useDensity();
  const sizes = useSizes(density);
  const element = useRef<HTMLDivElement>(null);
  const { head, row } = sizes;
  const placed = useMemo(() => {
    const isClosed = (key: string) => key !== ATTENTION && closed.has(key);
    return place(
      sections.map(({ key, rows }) => ({ key, rows: isClosed(key) ? 0 : rows })),
      { head, row },
    );
  }, [sections, closed, head, row]);
  const rows = placed.reduce((sum, block) => sum + block.rows, 0);
  const view = useView(element, rows > WHOLE_UP_TO);
  const height = heightOf(placed);
  useStill(element, placed);
  useEffect(() => {
    if (view.bottom > height - NEAR_END) onNearEnd();
  }, [view.bottom, height, onNearEnd]);

  const byKey = new Map(sections.map((section, index) => [section.key, { section, index }]));
  const placeOf = new Map(placed.map((block) => [block.key, block]));
  return (
    <Held>
      <div ref={element} data-density={density} className="relative" style={{ height }}>
        {inView(placed, sizes, view.top, view.bottom).map(({ key, from, to }) => {
          const found = byKey.get(key);
          const block = placeOf.get(key);
          if (found === undefined || block === undefined) return null;
          const { section, index } = found;
          return (
            <section
              key={key}
              aria-label={section.title}
              className="absolute inset-x-0"
              style={{ top: block.top, height: block.height }}
            >
              <SectionHead
                section={section}
                closed={block.rows === 0}
                categories={categories}
                columns={index === 0}
              />
              {block.rows > 0 && <SectionRows section={section} from={from} to={to} height={row} />}
            </section>
          );
        })}
      </div>
    </Held>
  );
}

/** Nothing moves while a pointer or the keyboard is at work in here. */
function Held({ children }: { children: ReactNode }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // On the document: an element that goes away under the pointer never hears it leave.
    const onMove = ({ pointerType, target }: PointerEvent) => {
      if (pointerType !== 'mouse') return;
      if (target instanceof Node && element.current?.contains(target)) hold();
      else if (isHeld()) release();
    };
    document.addEventListener('pointermove', onMove, { passive: true });
    document.documentElement.addEventListener('pointerleave', release);
    return () => {
      document.removeEventListener('pointermove', onMove);
      document.documentElement.removeEventListener('pointerleave', release);
      release();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only notices, the elements inside act
    <div
      ref={element}
      className="mt-1"
      onKeyDown={hold}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) release();
      }}
    >
      {children}
    </div>
  );
}

/** What one is reading stays where it is when something above it grows or goes. */
function useStill(element: { current: HTMLElement | null }, placed: readonly Placed[]): void {
  const before = useRef(placed);
  useLayoutEffect(() => {
    const top = element.current?.getBoundingClientRect().top ?? 0;
    // Only who has scrolled into the list could lose their place.
    const by = top < 0 ? shift(before.current, placed, -top + 120) : 0;
    before.current = placed;
    if (by !== 0) window.scrollBy(0, by);
  }, [element, placed]);
}
