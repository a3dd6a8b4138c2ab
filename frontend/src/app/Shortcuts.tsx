/** Listens for the keyboard's shortcuts, and shows the list of them. */
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { useMayEdit } from '@/api/role';
import { isWall, paths } from '@/lib/paths';
import { isFree, PAIR_MS, press, type ShortcutName, shortcuts } from '@/lib/shortcuts';
import { areSingleKeysOn, chooseSingleKeys, onSingleKeys } from '@/lib/single-keys';
import { shellText } from '@/lib/text/shell';
import { Dialog } from '@/ui/Dialog';
import { CheckField } from '@/ui/Field';

const text = shellText.shortcuts;

type Actions = Partial<Record<ShortcutName, () => void>>;

/** Does what the keys stand for, while they are switched on. */
function useKeys(actions: Actions): void {
  const enabled = useSyncExternalStore(onSingleKeys, areSingleKeysOn);
  const pending = useRef<{ key: string; at: number } | null>(null);
  useEffect(() => {
    if (!enabled) return;
    const onKey = (event: KeyboardEvent) => {
      if (!isFree(event)) return;
      const waiting = pending.current;
      const first = waiting !== null && Date.now() - waiting.at < PAIR_MS ? waiting.key : null;
      const step = press(first, event.key);
      pending.current = step.pending === null ? null : { key: step.pending, at: Date.now() };
      const run = step.done === null ? undefined : actions[step.done];
      if (run === undefined) return;
      // The key itself must not be typed into the field that it leads to.
      event.preventDefault();
      run();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [enabled, actions]);
}

/** On the wall, which has no frame: the keys that lead away from it. */
export function WallShortcuts() {
  return isWall(useLocation()) ? <Away /> : null;
}

function Away() {
  const navigate = useNavigate();
  useKeys(
    useMemo(() => {
      const dashboard = () => void navigate(paths.dashboard());
      return { dashboard, wall: dashboard, incidents: () => void navigate(paths.incidents()) };
    }, [navigate]),
  );
  return null;
}

interface Props {
  open: boolean;
  onOpen: (open: boolean) => void;
}

export function Shortcuts({ open, onOpen }: Props) {
  const navigate = useNavigate();
  const mayEdit = useMayEdit();
  const enabled = useSyncExternalStore(onSingleKeys, areSingleKeysOn);
  // `x` is not among them: the row itself listens.
  useKeys(
    useMemo(
      (): Actions => ({
        help: () => onOpen(true),
        search: () => {
          const field = document.querySelector<HTMLElement>('[data-search]');
          if (field !== null) field.focus();
          else void navigate(paths.dashboard(), { state: { search: true } });
        },
        dashboard: () => void navigate(paths.dashboard()),
        incidents: () => void navigate(paths.incidents()),
        wall: () => void navigate(paths.wall()),
        add: () => {
          if (mayEdit) void navigate(paths.addService());
        },
      }),
      [mayEdit, navigate, onOpen],
    ),
  );

  if (!open) return null;
  return (
    <Dialog title={text.title} closeLabel={shellText.close} onClose={() => onOpen(false)}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-6 gap-y-2.5">
        {shortcuts
          .filter(({ edits }) => mayEdit || edits !== true)
          .map(({ name, keys, what }) => (
            <div key={name} className="contents">
              <dt className="flex items-center gap-1 text-sm text-faint">
                {keys.map((key, index) => (
                  <span key={key} className="flex items-center gap-1">
                    {index > 0 && text.joined}
                    <kbd className="inline-flex h-6 min-w-6 items-center justify-center rounded-sm border border-line-strong/60 bg-sunken px-1.5 font-mono text-sm text-ink">
                      {key}
                    </kbd>
                  </span>
                ))}
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
      </dl>
      <div className="mt-5 border-t border-line pt-4">
        <CheckField
          label={text.enabled}
          hint={text.enabledHint}
          checked={enabled}
          onChange={chooseSingleKeys}
        />
      </div>
    </Dialog>
  );
}
