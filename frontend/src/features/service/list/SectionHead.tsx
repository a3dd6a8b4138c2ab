/** The head of a group: its name, how many of it are up, and what can be done with it. It stays in view above its rows. */
import { useMayEdit } from '@/api/role';
import { dashboardText as text } from '@/lib/text/dashboard';
import { serviceText } from '@/lib/text/service';
import { cx } from '@/ui/classes';
import { Icon } from '@/ui/Icon';
import { Menu, MenuItem } from '@/ui/Menu';
import { toggleClosed } from './closed';
import { useCategoryOrder } from './order';
import { rowGrid } from './ServiceRow';
import { ALL, ATTENTION, moved, NONE, type Section } from './sections';
import { selectMatching } from './selection';

interface Props {
  section: Section;
  closed: boolean;
  categories: readonly string[] | null;
  /** Once, above the first rows, stand the heads of the columns. */
  columns: boolean;
}

export function SectionHead({ section, closed, categories, columns }: Props) {
  const fixed = section.key === ATTENTION || section.key === ALL;
  return (
    <>
      <div className="h-5" />
      <div
        className={cx(
          rowGrid,
          'sticky top-14 z-10 h-12 items-end! bg-canvas pb-2 max-md:grid-cols-[minmax(0,1fr)]! md:pr-2',
        )}
      >
        <div className="flex min-w-0 items-center gap-2.5 lg:col-span-2">
          <h2 className="flex min-w-0 text-lg font-semibold tracking-tight">
            {fixed ? (
              <span className="truncate">{section.title}</span>
            ) : (
              <button
                type="button"
                aria-expanded={!closed}
                onClick={() => toggleClosed(section.key)}
                className="touch -ml-1.5 flex min-w-0 items-center gap-1 rounded-md py-0.5 pr-2 pl-0.5 hover:bg-sunken"
              >
                <Icon
                  name="chevronDown"
                  className={cx('text-faint transition-transform', closed && '-rotate-90')}
                />
                <bdi className="truncate">{section.title}</bdi>
              </button>
            )}
          </h2>
          <span className="figures shrink-0 text-sm text-faint">{section.count}</span>
          {!fixed && <GroupMenu section={section} categories={categories} />}
        </div>
        {columns && (
          <div aria-hidden="true" className="contents text-sm text-faint max-md:hidden">
            <span className="lg:hidden" />
            <span className="text-right">{serviceText.columns.uptime}</span>
            <span className="text-right lg:col-span-2">{serviceText.columns.latency}</span>
          </div>
        )}
      </div>
    </>
  );
}

function GroupMenu({ section, categories }: Pick<Props, 'section' | 'categories'>) {
  const mayEdit = useMayEdit();
  const order = useCategoryOrder();
  const at = categories?.indexOf(section.key) ?? -1;
  const movable = categories !== null && section.key !== NONE && at >= 0;
  const canMove = (by: -1 | 1) => movable && at + by >= 0 && at + by < categories.length;
  if (!mayEdit && !canMove(-1) && !canMove(1)) return null;
  return (
    <Menu
      label={text.groupMenu(section.title)}
      align="left"
      buttonClassName="touch -ml-1 inline-flex size-7 items-center justify-center rounded-md text-faint hover:bg-sunken hover:text-ink"
      button={<Icon name="dots" />}
    >
      {(close) => {
        const move = (by: -1 | 1) => {
          close();
          if (movable) order.mutate(moved(categories, section.key, by));
        };
        return (
          <>
            {canMove(-1) && (
              <MenuItem onSelect={() => move(-1)}>
                <Icon name="arrowUp" className="text-faint" />
                {text.up}
              </MenuItem>
            )}
            {canMove(1) && (
              <MenuItem onSelect={() => move(1)}>
                <Icon name="arrowDown" className="text-faint" />
                {text.down}
              </MenuItem>
            )}
            {mayEdit && (
              <MenuItem
                onSelect={() => {
                  close();
                  selectMatching(section.asked, section.rows);
                }}
              >
                <Icon name="check" className="text-faint" />
                {text.selectGroup}
              </MenuItem>
            )}
          </>
        );
      }}
    </Menu>
  );
}
