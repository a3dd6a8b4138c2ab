/** Where one is signed in, and ending it. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { endOtherSessions, endSession, sessionsQuery } from '@/api/account';
import type { Session } from '@/api/contract';
import { keys } from '@/api/keys';
import { sentenceOf } from '@/api/problem';
import { useLastError } from '@/api/useLastError';
import { describeAgent } from '@/lib/agent';
import { accountText } from '@/lib/text/account';
import { shellText } from '@/lib/text/shell';
import { Button } from '@/ui/Button';
import { Failure, Panel, Section, SkeletonRows } from '@/ui/Page';
import { RelativeTime } from '@/ui/RelativeTime';
import { toast } from '@/ui/Toasts';

const text = accountText.page;

export function Sessions() {
  const sessions = useQuery(sessionsQuery());
  const failure = useLastError(sessions);
  const endOthers = useEnding(endOtherSessions, text.othersEnded);
  const others = sessions.data?.filter((session) => !session.current).length ?? 0;

  return (
    <Section
      title={text.sessions}
      aside={
        others > 1 ? (
          <Button
            size="sm"
            kind="quiet"
            busy={endOthers.isPending && text.ending}
            onClick={() => endOthers.mutate()}
          >
            {text.endOthers}
          </Button>
        ) : undefined
      }
    >
      {sessions.isPending && failure === null && (
        <SkeletonRows rows={2} label={shellText.loading} />
      )}
      {failure !== null && (
        <Failure retry={shellText.retry} onRetry={() => void sessions.refetch()}>
          {sentenceOf(failure)}
        </Failure>
      )}
      {sessions.data !== undefined && (
        <Panel>
          <ul className="divide-y divide-line">
            {sessions.data.map((session) => (
              <SessionLine key={session.id} session={session} />
            ))}
          </ul>
        </Panel>
      )}
    </Section>
  );
}

/** Over only when the list has been read again: until then the action is still at work. */
function useEnding(end: () => Promise<unknown>, done: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: end,
    onSuccess: () => {
      toast(done);
      return client.invalidateQueries({ queryKey: keys.sessions });
    },
    onError: (error) => toast(sentenceOf(error), { kind: 'error' }),
  });
}

function SessionLine({ session }: { session: Session }) {
  const end = useEnding(() => endSession(session.id), text.ended);
  const where = describeAgent(session.user_agent);
  return (
    <li className="flex min-h-14 items-center gap-3 px-4 py-2">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium" title={session.user_agent}>
          {where}
        </p>
        <p className="truncate text-sm text-faint">
          {session.address !== '' && <>{session.address} · </>}
          {text.lastUsed} <RelativeTime at={session.last_seen_at} />
        </p>
      </div>
      {session.current ? (
        <span className="text-sm text-soft">{text.thisBrowser}</span>
      ) : (
        <Button
          size="sm"
          busy={end.isPending && text.ending}
          onClick={() => end.mutate()}
          aria-label={text.endLabel(where)}
        >
          {text.end}
        </Button>
      )}
    </li>
  );
}
