/** What can be done with a service, as a menu. */
import { useNavigate } from 'react-router';
import type { Service } from '@/api/contract';
import { paths } from '@/lib/paths';
import { muteText } from '@/lib/text/mute';
import { serviceText as text } from '@/lib/text/service';
import { Icon } from '@/ui/Icon';
import { Menu, MenuItem } from '@/ui/Menu';
import { useServiceActions } from './actions';
import { statusOf } from './list/sections';

interface Props {
  service: Service;
  /** Where a dialog may stand: a row can go at any time. */
  onMute?: () => void;
  /** After deleting, for pages that show nothing else. */
  onRemoved?: () => void;
}

export function ServiceMenu({ service, onMute, onRemoved }: Props) {
  const navigate = useNavigate();
  const actions = useServiceActions();
  // As the page says it, which is ahead of the server's answer.
  const paused = statusOf(service) === 'paused';
  return (
    <Menu
      label={text.openMenu(service.name)}
      buttonClassName="touch inline-flex size-8 items-center justify-center rounded-md text-faint hover:bg-sunken hover:text-ink"
      button={<Icon name="dots" />}
    >
      {(close) => {
        const run = (action: () => void) => () => {
          close();
          action();
        };
        return (
          <>
            {!paused && (
              <MenuItem onSelect={run(() => actions.look(service))}>
                <Icon name="look" className="text-faint" />
                {text.page.lookNow}
              </MenuItem>
            )}
            <MenuItem onSelect={run(() => actions.setPaused(service, !paused))}>
              <Icon name={paused ? 'play' : 'pause'} className="text-faint" />
              {paused ? text.page.resume : text.page.pause}
            </MenuItem>
            {onMute !== undefined && (
              <MenuItem onSelect={run(onMute)}>
                <Icon name="mute" className="text-faint" />
                {muteText.open}
              </MenuItem>
            )}
            <MenuItem onSelect={() => void navigate(paths.editService(service.id))}>
              <Icon name="edit" className="text-faint" />
              {text.page.edit}
            </MenuItem>
            <MenuItem onSelect={() => void navigate(paths.copyService(service.id))}>
              <Icon name="copy" className="text-faint" />
              {text.page.duplicate}
            </MenuItem>
            <MenuItem
              danger
              onSelect={run(() => {
                actions.remove(service);
                onRemoved?.();
              })}
            >
              <Icon name="trash" />
              {text.page.remove}
            </MenuItem>
          </>
        );
      }}
    </Menu>
  );
}
