/** All services of which nobody is told for now, the one first that is told of again soonest. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { type Mute, mutesQuery } from '@/api/mutes';
import { sentenceOf } from '@/api/problem';
import { useMayEdit } from '@/api/role';
import { serviceQuery } from '@/api/services';
import { useLastError } from '@/api/useLastError';
import { paths } from '@/lib/paths';
import { muteText as text } from '@/lib/text/mute';
import { shellText } from '@/lib/text/shell';
import { Button } from '@/ui/Button';
import { Failure, Panel, Section } from '@/ui/Page';
import { useNow } from '@/ui/RelativeTime';
import { EndMute } from './EndMute';
import { MuteEnd } from './MuteEnd';

/** Each name is asked for by itself. */
const SHOWN = 20;

export function MutedServices() {
  const read = useQuery(mutesQuery());
  const error = useLastError(read);
  if (error !== null) {
    return (
      <Section title={text.list}>
        <Failure retry={shellText.retry} onRetry={() => void read.refetch()}>
          {text.loadError} {sentenceOf(error)}
        </Failure>
      </Section>
    );
  }
  return read.data === undefined || read.data.length === 0 ? null : <List mutes={read.data} />;
}

function List({ mutes }: { mutes: readonly Mute[] }) {
  const [shown, setShown] = useState(SHOWN);
  const now = useNow();
  const running = mutes.filter(({ until }) => Date.parse(until) > now);
  if (running.length === 0) return null;
  return (
    <Section title={text.list} aside={text.listHint}>
      <Panel>
        <ul className="divide-y divide-line">
          {running.slice(0, shown).map((mute) => (
            <Line key={mute.service_id} mute={mute} />
          ))}
        </ul>
      </Panel>
      {running.length > shown && (
        <Button size="sm" kind="quiet" className="mt-2" onClick={() => setShown(shown + SHOWN)}>
          {shellText.showMore}
        </Button>
      )}
    </Section>
  );
}

function Line({ mute }: { mute: Mute }) {
  const { service_id } = mute;
  const mayEdit = useMayEdit();
  // It is company here: its failure is no page of its own, and its figures are not shown.
  const { data } = useQuery({
    ...serviceQuery(service_id),
    throwOnError: false,
    refetchInterval: false,
    staleTime: 60_000,
  });
  const name = data?.name ?? text.unnamed;
  return (
    <li className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-2 sm:px-5">
      <div className="min-w-0">
        <Link to={paths.service(service_id)} className="font-medium hover:underline">
          <bdi>{name}</bdi>
        </Link>
        <p className="text-sm text-soft">
          {text.untilWhen} <MuteEnd mute={mute} />
        </p>
      </div>
      {mayEdit && <EndMute service={service_id} name={name} named />}
    </li>
  );
}
