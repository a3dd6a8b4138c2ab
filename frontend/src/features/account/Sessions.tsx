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
  const client = useQueryClient();
  const sessions = useQuery(sessionsQuery());
  const failure = useLastError(sessions);
  const end = useMutation({
    mutationFn: (id: string | null) => (id === null ? endOtherSessions() : endSession(id)),
    onSuccess: (_, id) => {
      toast(id === null ? text.othersEnded : text.ended);
      return client.invalidateQueries({ queryKey: keys.sessions });
    },
    onError: (error) => toast(sentenceOf(error), { kind: 'error' }),
  });
  const others = sessions.data?.filter((session) => !session.current).length ?? 0;

  return (
    <Section
      title={text.sessions}
      aside={
        others > 1 ? (
          <Button size="sm" kind="quiet" onClick={() => end.mutate(null)}>
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
              <SessionLine
                key={session.id}
                session={session}
                onEnd={() => end.mutate(session.id)}
              />
            ))}
          </ul>
        </Panel>
      )}
    </Section>
  );
}

function SessionLine({ session, onEnd }: { session: Session; onEnd: () => void }) {
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
        <Button size="sm" onClick={onEnd} aria-label={text.endLabel(where)}>
          {text.end}
        </Button>
      )}
    </li>
  );
}
