/** Short messages that float at the lower edge; one may carry an undo. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { type Countdown, countdown } from '../lib/countdown';
import { Button, IconButton } from './Button';
import { cx } from './classes';
import { Icon } from './Icon';

interface Undo {
  label: string;
  run: () => void;
  /** Hears when the reader comes to the message and when they leave it: the time for undo is theirs then. */
  onHold?: (held: boolean) => void;
}

export interface Toast {
  id: number;
  text: string;
  kind: 'done' | 'error';
  undo?: Undo;
}

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();
const times = new Map<number, Countdown>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const id of times.keys()) if (!next.some((toast) => toast.id === id)) forget(id);
  for (const tell of listeners) tell();
}

function forget(id: number): void {
  times.get(id)?.stop();
  times.delete(id);
}

export function dismissToast(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

interface Options {
  kind?: 'done' | 'error';
  undo?: Undo;
  /** How long it stays, in milliseconds. */
  forMs?: number;
}

export function toast(text: string, { kind = 'done', undo, forMs = 6000 }: Options = {}): number {
  const id = nextId;
  nextId += 1;
  times.set(
    id,
    countdown(forMs, () => dismissToast(id)),
  );
  set([...toasts.slice(-3), { id, text, kind, ...(undo === undefined ? {} : { undo }) }]);
  return id;
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

export function Toasts({ label, closeLabel }: { label: string; closeLabel: string }) {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <section
      aria-label={label}
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-0 z-50 flex flex-col items-center gap-2 p-4"
    >
      {shown.map((item) => (
        <Line key={item.id} item={item} closeLabel={closeLabel} />
      ))}
    </section>
  );
}

function Line({ item: { id, text, kind, undo }, closeLabel }: { item: Toast; closeLabel: string }) {
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const held = pointed || focused;
  const onHold = undo?.onHold;
  useEffect(() => {
    if (!held) return;
    times.get(id)?.hold(true);
    onHold?.(true);
    return () => {
      times.get(id)?.hold(false);
      onHold?.(false);
    };
  }, [held, id, onHold]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only notices, the buttons inside act
    <div
      onPointerEnter={({ pointerType }) => setPointed(pointerType === 'mouse')}
      onPointerLeave={() => setPointed(false)}
      onFocus={() => setFocused(true)}
      onBlur={({ currentTarget, relatedTarget }) =>
        setFocused(currentTarget.contains(relatedTarget))
      }
      className="pointer-events-auto flex max-w-full items-center gap-3 rounded-lg bg-raised py-1.5 pr-1.5 pl-4 shadow-float motion-safe:animate-rise"
    >
      <p className={cx('line-clamp-6 min-w-0 break-words', kind === 'error' && 'text-down-text')}>
        {text}
      </p>
      {undo !== undefined && (
        <Button
          size="sm"
          kind="quiet"
          className="text-accent!"
          onClick={() => {
            undo.run();
            dismissToast(id);
          }}
        >
          {undo.label}
        </Button>
      )}
      <IconButton label={closeLabel} onClick={() => dismissToast(id)}>
        <Icon name="close" size={14} />
      </IconButton>
    </div>
  );
}
