/** The bones of a page: its one sentence, its sections, and their empty, loading and error looks. */
import { type ReactNode, useEffect, useId, useState } from 'react';
import { shellText } from '../lib/text/shell';
import { Button } from './Button';
import { cx } from './classes';

export function PageColumn({
  children,
  narrow = false,
}: {
  children: ReactNode;
  narrow?: boolean;
}) {
  return (
    <div
      className={cx(
        'mx-auto w-full px-4 pt-6 pb-20 sm:px-6 sm:pt-9',
        narrow ? 'max-w-3xl' : 'max-w-[68rem]',
      )}
    >
      {children}
    </div>
  );
}

/** The first thing on any page: one plain sentence in large type. */
export function Sentence({ children, className }: { children: ReactNode; className?: string }) {
  return <h1 className={cx('text-sentence font-semibold text-balance', className)}>{children}</h1>;
}

export function Section({
  title,
  aside,
  children,
  className,
}: {
  title: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={cx('mt-9', className)}>
      <SectionHeading id={id} aside={aside}>
        {title}
      </SectionHeading>
      {children}
    </section>
  );
}

export function SectionHeading({
  id,
  children,
  aside,
}: {
  id?: string;
  children: ReactNode;
  aside?: ReactNode;
}) {
  return (
    <div className="mb-2.5 flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-1">
      <h2 id={id} className="text-lg font-semibold tracking-tight">
        {children}
      </h2>
      {aside !== undefined && <div className="text-sm text-faint">{aside}</div>}
    </div>
  );
}

/** The one kind of box there is. */
export function Panel({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <div className={cx('rounded-lg border border-line bg-surface', className)}>{children}</div>
  );
}

export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 rounded-lg border border-dashed border-line px-4 py-5 text-soft">
      <div>{children}</div>
      {action}
    </div>
  );
}

export function Failure({
  children,
  retry,
  onRetry,
  inPanel = false,
}: {
  children: ReactNode;
  retry: string;
  onRetry: () => void;
  /** It stands in a box already and needs none of its own. */
  inPanel?: boolean;
}) {
  return (
    <div
      role="alert"
      className={cx(
        'flex flex-wrap items-center justify-between gap-3',
        !inPanel && 'rounded-lg border border-line bg-surface px-4 py-4',
      )}
    >
      <p className="text-soft">{children}</p>
      <Button size="sm" onClick={onRetry}>
        {retry}
      </Button>
    </div>
  );
}

export function Skeleton({ className }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={cx('block animate-pulse-soft rounded-sm bg-sunken', className)}
    />
  );
}

/** So long something may be on its way without words. */
const WORDLESS_MS = 1_000;

/** True once the reader has waited for longer than a moment. */
export function useIsSlow(): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), WORDLESS_MS);
    return () => clearTimeout(timer);
  }, []);
  return slow;
}

/** Grey bars need words when they stand for more than a moment. Over what is around it, or over the page. */
export function StillLoading({ place = 'absolute inset-x-0 top-5' }: { place?: string }) {
  const slow = useIsSlow();
  // Not merely unseen until then: even what is transparent is drawn in each frame of a scroll.
  if (!slow) return null;
  return (
    <p
      aria-hidden="true"
      className={cx(
        'pointer-events-none z-10 m-auto h-fit w-fit rounded-md bg-raised px-3 py-1 text-sm whitespace-nowrap text-soft shadow-float',
        place,
      )}
    >
      {shellText.stillLoading}
    </p>
  );
}

/** Words for who has waited longer than a moment, where nothing else is known yet. */
export function Waiting() {
  const slow = useIsSlow();
  return (
    <p role="status" className={slow ? 'pt-[18vh] text-center text-soft' : 'sr-only'}>
      {slow ? shellText.slow : shellText.loading}
    </p>
  );
}

/** A part of the app that is on its way, as long as nothing shows where it will stand. */
export function PartLoading() {
  return (
    <div role="status" className="pointer-events-none fixed inset-0 z-50 flex">
      <span className="sr-only">{shellText.loading}</span>
      <StillLoading place="" />
    </div>
  );
}

/** One thing that is on its way, as tall as it will be. */
export function SkeletonBlock({ className }: { className: string }) {
  return (
    <div role="status" className={cx('relative', className)}>
      <span className="sr-only">{shellText.loading}</span>
      <StillLoading place="absolute inset-0" />
      <Skeleton className="h-full rounded-lg" />
    </div>
  );
}

/** A list that is on its way: the same heights as the rows that will stand there. */
export function SkeletonRows({
  rows,
  label,
  height,
}: {
  rows: number;
  label: string;
  /** Of one row, in pixels, where it is another one than usual. */
  height?: number;
}) {
  return (
    <div
      role="status"
      className="relative overflow-hidden rounded-lg border border-line bg-surface"
    >
      <span className="sr-only">{label}</span>
      <StillLoading />
      {Array.from({ length: rows }, (_, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: rows without identity
          key={index}
          className="flex h-14 items-center gap-3 border-b border-line px-4 last:border-b-0"
          style={{ height }}
        >
          <Skeleton className="size-3.5 rounded-full" />
          <Skeleton className="h-3.5 w-40" />
          <Skeleton className="ml-auto h-5 w-52 max-sm:hidden" />
          <Skeleton className="h-3.5 w-14" />
        </div>
      ))}
    </div>
  );
}

/** Something the reader should know, above what they came for. */
export function Notice({
  kind = 'info',
  children,
}: {
  kind?: 'info' | 'warning' | 'error';
  children: ReactNode;
}) {
  const tone = {
    info: 'bg-accent-wash text-ink',
    warning: 'bg-degraded-wash text-ink',
    error: 'bg-down-wash text-ink',
  }[kind];
  return (
    <div role={kind === 'error' ? 'alert' : 'status'} className={cx('rounded-lg px-4 py-3', tone)}>
      {children}
    </div>
  );
}

/** A label and its value in a list of facts (`dl` with two columns). */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-faint">{label}</dt>
      <dd className="figures min-w-0 text-soft">{children}</dd>
    </>
  );
}
