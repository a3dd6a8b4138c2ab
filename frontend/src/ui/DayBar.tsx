/** Thirty or ninety days as equal segments: one tab stop, arrows move through the days; a finger taps them. */
import {
  type KeyboardEvent,
  memo,
  type PointerEvent,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import { createPortal } from 'react-dom';
import { type DayFacts, type DayLook, dayText, lookOf, summaryOf } from '../lib/days';
import { stateText } from '../lib/text/state';
import { now } from '../lib/time';
import { cx } from './classes';

interface Props {
  name: string;
  days: readonly DayFacts[];
  /** When the service was added; days before are outlined. */
  createdAt: string;
  tall?: boolean;
  faded?: boolean;
}

const segment: Record<DayLook, string> = {
  up: 'bg-up',
  degraded: 'bg-degraded',
  'degraded-notch': 'bg-up notch-degraded',
  down: 'bg-down',
  'down-notch': 'bg-up notch-down',
  maintenance: 'bg-maintenance',
  hatched: 'hatched',
  outlined: 'border border-empty',
};

export const DayBar = memo(function DayBar({ name, days, createdAt, tall, faded }: Props) {
  const bar = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<number | null>(null);
  const id = useId();
  const frame = { createdAt, now: now() };
  const last = days.length - 1;
  const chosen = active === null ? null : (days[active] ?? null);
  const text = chosen === null ? null : dayText(chosen, frame);

  const open = active !== null;
  useEffect(() => {
    if (!open) return;
    // A finger that lifts leaves nothing; it taps elsewhere instead.
    const away = ({ target }: Event) => {
      if (!bar.current?.contains(target as Node)) setActive(null);
    };
    document.addEventListener('pointerdown', away);
    return () => document.removeEventListener('pointerdown', away);
  }, [open]);

  const onKeyDown = (event: KeyboardEvent) => {
    const from = active ?? last;
    const to = {
      ArrowLeft: from - 1,
      ArrowRight: from + 1,
      ArrowDown: from - 1,
      ArrowUp: from + 1,
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === 'Escape') setActive(null);
    if (to === undefined) return;
    event.preventDefault();
    setActive(Math.min(last, Math.max(0, to)));
  };
  const point = (event: PointerEvent) => {
    const box = bar.current?.getBoundingClientRect();
    if (box === undefined || days.length === 0) return;
    const at = Math.floor(((event.clientX - box.left) / box.width) * days.length);
    setActive(Math.min(last, Math.max(0, at)));
  };

  return (
    <>
      <div
        ref={bar}
        role="slider"
        tabIndex={0}
        aria-readonly="true"
        aria-label={stateText.barOf(name, days.length)}
        aria-describedby={id}
        aria-valuemin={1}
        aria-valuemax={days.length}
        aria-valuenow={(active ?? last) + 1}
        aria-valuetext={
          text === null ? summaryOf(days, frame) : `${text.title}: ${text.lines.join(', ')}`
        }
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          if (event.currentTarget.matches(':focus-visible')) setActive(last);
        }}
        onBlur={() => setActive(null)}
        onPointerDown={point}
        onPointerMove={point}
        onPointerLeave={({ pointerType }) => {
          if (pointerType !== 'touch') setActive(null);
        }}
        // The finger scrolls the page: the bar goes with it, what floats above it does not.
        onPointerCancel={() => setActive(null)}
        className={cx(
          'flex w-full cursor-default touch-pan-y items-stretch rounded-sm',
          days.length > 45 ? 'gap-px sm:gap-[2px]' : 'gap-[2px]',
          tall ? 'h-8' : 'h-[22px]',
          faded && 'opacity-55',
        )}
      >
        {days.map((day, index) => (
          <span
            key={day.date}
            className={cx(
              'min-w-0 flex-1 rounded-[2px]',
              segment[lookOf(day, frame)],
              index === active && 'ring-[1.5px] ring-ink',
            )}
          />
        ))}
      </div>
      <span id={id} className="sr-only">
        {summaryOf(days, frame)}
      </span>
      {text !== null && open && (
        <Tip anchor={bar.current} at={(active + 0.5) / days.length} text={text} />
      )}
    </>
  );
});

/** Drawn at the body's end, so that no list cuts it off. */
function Tip({
  anchor,
  at,
  text,
}: {
  anchor: HTMLElement | null;
  at: number;
  text: { title: string; lines: string[] };
}) {
  if (anchor === null) return null;
  const box = anchor.getBoundingClientRect();
  const width = 176;
  const left = Math.min(
    document.documentElement.clientWidth - width - 8,
    Math.max(8, box.left + box.width * at - width / 2),
  );
  const below = box.top < 110;
  return createPortal(
    <div
      aria-hidden="true"
      className={cx(
        'pointer-events-none fixed z-50 rounded-md bg-raised px-3 py-2 text-sm shadow-float',
        !below && '-translate-y-full',
      )}
      style={{ left, width, top: below ? box.bottom + 8 : box.top - 8 }}
    >
      <p className="font-medium">{text.title}</p>
      {text.lines.map((line) => (
        <p key={line} className="figures text-soft">
          {line}
        </p>
      ))}
    </div>,
    document.body,
  );
}
