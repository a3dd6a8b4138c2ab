/** The bar at the top: where one can go, and who is here. */
import { useQueryClient } from '@tanstack/react-query';
import { Link, NavLink, useNavigate } from 'react-router';
import { signOut } from '@/api/account';
import type { Me } from '@/api/contract';
import { flushDeletes } from '@/api/pending-delete';
import { sentenceOf } from '@/api/problem';
import { useMayEdit } from '@/api/role';
import { Avatar } from '@/features/account/Avatar';
import { ThemeChoice } from '@/features/account/ThemeChoice';
import { mayLeaveForms, unlockForms } from '@/features/form/useLeaveGuard';
import { paths } from '@/lib/paths';
import { dashboardText } from '@/lib/text/dashboard';
import { maintenanceText } from '@/lib/text/maintenance';
import { noticeText } from '@/lib/text/notice';
import { shellText } from '@/lib/text/shell';
import { systemText } from '@/lib/text/system';
import { workspaceText } from '@/lib/text/workspace';
import { buttonClass } from '@/ui/Button';
import { cx } from '@/ui/classes';
import { Icon } from '@/ui/Icon';
import { Logo } from '@/ui/Logo';
import { Menu, MenuItem, menuItemClass } from '@/ui/Menu';
import { toast } from '@/ui/Toasts';

interface Props {
  me: Me;
  openIncidents: number;
  onShortcuts: () => void;
}

export function Header({ me, openIncidents, onShortcuts }: Props) {
  const mayEdit = useMayEdit();
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-canvas">
      <div className="mx-auto flex h-14 max-w-[68rem] items-center gap-1 px-4 max-[375px]:px-2 sm:gap-2 sm:px-6">
        <Link
          to={paths.dashboard()}
          className="mr-1 flex items-center gap-2.5 rounded-md font-semibold tracking-tight sm:mr-4"
          aria-label={shellText.product}
        >
          <Logo />
          <span className="text-lg max-md:hidden">{shellText.product}</span>
        </Link>
        <nav aria-label={shellText.nav} className="flex items-center sm:gap-1">
          <Tab to={paths.dashboard()} label={shellText.dashboard} />
          <Tab to={paths.incidents()} label={shellText.incidents} count={openIncidents} />
        </nav>
        <div className="ml-auto flex items-center sm:gap-2">
          {mayEdit && (
            <Link
              to={paths.addService()}
              className={cx(buttonClass('secondary', 'sm'), 'max-sm:px-2')}
              aria-label={shellText.addService}
            >
              <Icon name="plus" />
              <span className="max-sm:hidden">{shellText.addService}</span>
            </Link>
          )}
          <AccountMenu me={me} onShortcuts={onShortcuts} />
        </div>
      </div>
    </header>
  );
}

function Tab({ to, label, count = 0 }: { to: string; label: string; count?: number }) {
  return (
    <NavLink
      to={to}
      end={to === '/'}
      className={({ isActive }) =>
        cx(
          'touch flex h-8 items-center gap-1.5 rounded-md px-1.5 font-medium transition-colors max-[340px]:gap-1 max-[340px]:px-1 sm:px-2.5',
          isActive ? 'text-ink' : 'text-faint hover:bg-sunken hover:text-ink',
        )
      }
    >
      {label}
      {count > 0 && (
        <span className="figures min-w-4.5 rounded-full bg-down-wash px-1.5 text-center text-xs leading-4.5 font-semibold text-down-text">
          {count}
        </span>
      )}
    </NavLink>
  );
}

function AccountMenu({ me, onShortcuts }: Pick<Props, 'me' | 'onShortcuts'>) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const leave = async () => {
    if (!(await mayLeaveForms())) return;
    try {
      await flushDeletes();
      await signOut();
    } catch (error) {
      toast(sentenceOf(error), { kind: 'error' });
      return;
    }
    unlockForms();
    client.clear();
    await navigate(`${paths.login()}?signed_out=1`);
  };
  const places = [
    [paths.notices(), noticeText.menu],
    [paths.maintenance(), maintenanceText.menu],
    [paths.account(), shellText.account],
    [paths.settings(), workspaceText.menu],
    ...(me.is_operator ? [[paths.system(), systemText.menu] as const] : []),
    [paths.about(), shellText.about],
  ] as const;
  return (
    <Menu
      label={shellText.accountMenu(me.email)}
      named
      className="w-64"
      buttonClassName="touch flex items-center gap-2 rounded-md py-1 pr-1 pl-1 hover:bg-sunken lg:pr-2"
      button={
        <>
          <Avatar me={me} />
          <span className="sr-only">{shellText.accountMenuOf}</span>
          <span className="max-w-48 truncate text-sm text-soft max-lg:sr-only">{me.email}</span>
          <Icon name="chevronDown" size={14} className="text-faint max-lg:hidden" />
        </>
      }
    >
      {(close) => (
        <>
          <div className="px-2.5 pt-1.5 pb-2">
            <p className="truncate font-medium">{me.name}</p>
            <p className="truncate text-sm text-faint">{me.email}</p>
          </div>
          <div className="border-y border-line p-1.5">
            <ThemeChoice className="flex w-full *:flex-1" />
          </div>
          <div className="pt-1">
            {places.map(([to, label]) => (
              <Link
                key={to}
                role="menuitem"
                tabIndex={-1}
                to={to}
                onClick={close}
                className={menuItemClass}
              >
                {label}
              </Link>
            ))}
            <Link
              role="menuitem"
              tabIndex={-1}
              to={paths.wall()}
              onClick={close}
              className={menuItemClass}
            >
              {dashboardText.wall.enter}
            </Link>
            <MenuItem
              onSelect={() => {
                close();
                onShortcuts();
              }}
            >
              {shellText.shortcuts.title}
            </MenuItem>
            <MenuItem
              onSelect={() => {
                close();
                void leave();
              }}
            >
              {shellText.signOut}
            </MenuItem>
          </div>
        </>
      )}
    </Menu>
  );
}
