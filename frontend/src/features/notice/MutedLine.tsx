/** On the page of a service that is muted: until when, and a way to end it. */
import { useQuery } from '@tanstack/react-query';
import type { Service } from '@/api/contract';
import { type Mute, mutesQuery } from '@/api/mutes';
import { useMayEdit } from '@/api/role';
import { muteText as text } from '@/lib/text/mute';
import { Icon } from '@/ui/Icon';
import { useNow } from '@/ui/RelativeTime';
import { EndMute } from './EndMute';
import { MuteEnd } from './MuteEnd';

export function MutedLine({ service }: { service: Service }) {
  const { data } = useQuery(mutesQuery());
  const mute = data?.find(({ service_id }) => service_id === service.id);
  return mute === undefined ? null : <Line service={service} mute={mute} />;
}

function Line({ service, mute }: { service: Service; mute: Mute }) {
  const mayEdit = useMayEdit();
  // It ends by itself, before the list is read again.
  const isOver = Date.parse(mute.until) <= useNow();
  if (isOver) return null;
  return (
    <div className="mt-4 flex flex-wrap items-center gap-x-3 gap-y-1.5 text-soft">
      <Icon name="mute" className="text-faint" />
      <p className="min-w-0">
        {text.line} <MuteEnd mute={mute} />.
      </p>
      {mayEdit && <EndMute service={service.id} name={service.name} />}
    </div>
  );
}
