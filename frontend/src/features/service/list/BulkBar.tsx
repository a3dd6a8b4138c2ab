/** What can be done with what is selected; it floats at the lower edge while anything is. */
import { useEffect, useState } from 'react';
import type { AskedFilters } from '@/lib/filters';
import { isFree } from '@/lib/shortcuts';
import { dashboardText as text } from '@/lib/text/dashboard';
import { Button, IconButton } from '@/ui/Button';
import { Icon, type IconName } from '@/ui/Icon';
import { lazyDialog } from '@/ui/LazyPart';
import { Menu, MenuItem } from '@/ui/Menu';
import type { BulkAction } from './bulk';
import { endSelecting, selectMatching, sizeOf, useSelection } from './selection';

const BulkDialog = lazyDialog(() => import('./BulkDialog'));

const first: [BulkAction, IconName][] = [
  ['pause', 'pause'],
  ['resume', 'play'],
  ['category', 'folder'],
];
const second: [BulkAction, IconName][] = [
  ['tags', 'tag'],
  ['interval', 'clock'],
  ['delete', 'trash'],
];

interface Props {
  /** What the filters match now, and how many that are. */
  asked: AskedFilters;
  total: number;
}

export function BulkBar({ asked, total }: Props) {
  const selection = useSelection();
  const [action, setAction] = useState<BulkAction | null>(null);
  const n = sizeOf(selection);
  useEffect(() => endSelecting, []);
  useEffect(() => {
    if (!selection.on) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && isFree(event)) endSelecting();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [selection.on]);
  if (!selection.on) return null;
  const item = ([name, icon]: [BulkAction, IconName], close: () => void) => (
    <MenuItem
      key={name}
      danger={name === 'delete'}
      onSelect={() => {
        close();
        setAction(name);
      }}
    >
      <Icon name={icon} className={name === 'delete' ? '' : 'text-faint'} />
      {text.actions[name]}
    </MenuItem>
  );
  return (
    <>
      {/* Room, so that the last rows can be scrolled out from under it. */}
      <div className="h-16" />
      <section
        aria-label={text.bar}
        className="fixed inset-x-0 bottom-0 z-40 flex justify-center p-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]"
      >
        <div className="flex max-w-full items-center gap-1 rounded-xl bg-raised py-1.5 pr-1.5 pl-4 shadow-float motion-safe:animate-rise">
          <p role="status" className="figures mr-2 font-medium whitespace-nowrap">
            {selection.all !== null && n >= total ? text.allSelected(n) : text.selected(n)}
          </p>
          {total > n && (
            <Button
              kind="quiet"
              size="sm"
              className="text-accent! max-md:hidden"
              onClick={() => selectMatching(asked, total)}
            >
              {text.selectAll(total)}
            </Button>
          )}
          {[...first, ...second].map(([name, icon]) => (
            <Button
              key={name}
              kind="quiet"
              size="sm"
              disabled={n === 0}
              className={name === 'delete' ? 'text-down-text! max-lg:hidden' : 'max-lg:hidden'}
              onClick={() => setAction(name)}
            >
              <Icon name={icon} size={14} />
              {text.actions[name]}
            </Button>
          ))}
          <div className="lg:hidden">
            <Menu
              label={text.more}
              up
              buttonClassName="touch inline-flex h-8 items-center gap-1.5 rounded-md px-2.5 text-sm font-medium hover:bg-sunken"
              button={
                <>
                  {text.more}
                  <Icon name="chevronDown" size={14} className="rotate-180" />
                </>
              }
            >
              {(close) => (
                <>
                  {total > n && (
                    <MenuItem
                      onSelect={() => {
                        close();
                        selectMatching(asked, total);
                      }}
                    >
                      <Icon name="select" className="text-faint" />
                      {text.selectAll(total)}
                    </MenuItem>
                  )}
                  {n > 0 && [...first, ...second].map((one) => item(one, close))}
                </>
              )}
            </Menu>
          </div>
          <IconButton label={text.clearSelection} onClick={endSelecting}>
            <Icon name="close" />
          </IconButton>
        </div>
      </section>
      {action !== null && (
        <BulkDialog
          key={action}
          action={action}
          selection={selection}
          onClose={() => setAction(null)}
        />
      )}
    </>
  );
}
