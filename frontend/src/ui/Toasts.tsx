/** Short messages that float at the lower edge; one may carry an undo. */
import { useSyncExternalStore } from 'react';
import { Button, IconButton } from './Button';
import { Icon } from './Icon';

export interface Toast {
  id: number;
  text: string;
  kind: 'done' | 'error';
  undo?: { label: string; run: () => void };
}

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const tell of listeners) tell();
}

export function dismissToast(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

interface Options {
  kind?: 'done' | 'error';
  undo?: { label: string; run: () => void };
  /** How long it stays, in milliseconds. */
  forMs?: number;
}

export function toast(text: string, { kind = 'done', undo, forMs = 6000 }: Options = {}): number {
  const id = nextId;
  nextId += 1;
  set([...toasts.slice(-3), { id, text, kind, ...(undo === undefined ? {} : { undo }) }]);
  setTimeout(() => dismissToast(id), forMs);
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
        <div
          key={item.id}
          className="pointer-events-auto flex max-w-full items-center gap-3 rounded-lg bg-raised py-1.5 pr-1.5 pl-4 shadow-float motion-safe:animate-rise"
        >
          <p className={item.kind === 'error' ? 'text-down-text' : ''}>{item.text}</p>
          {item.undo !== undefined && (
            <Button
              size="sm"
              kind="quiet"
              className="text-accent!"
              onClick={() => {
                item.undo?.run();
                dismissToast(item.id);
              }}
            >
              {item.undo.label}
            </Button>
          )}
          <IconButton label={closeLabel} onClick={() => dismissToast(item.id)}>
            <Icon name="close" size={14} />
          </IconButton>
        </div>
      ))}
    </section>
  );
}
