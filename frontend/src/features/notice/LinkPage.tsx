/** Where links out of messages lead: nothing happens before somebody says so, because mail scanners follow links too. */
import { useMutation } from '@tanstack/react-query';
import { Link, useLocation, useSearchParams } from 'react-router';
import { followLink } from '@/api/notices';
import { Problem, sentenceOf } from '@/api/problem';
import { paths } from '@/lib/paths';
import { noticeText } from '@/lib/text/notice';
import { Button, buttonClass } from '@/ui/Button';
import { PageColumn, Sentence } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';

const text = noticeText.link;
/** What the server says about a link that it does not know, or not any more. */
const DEAD = [400, 404, 410, 422];

export function LinkPage() {
  const [search] = useSearchParams();
  const { pathname } = useLocation();
  const leaves = pathname.startsWith('/unsubscribe');
  const follow = useMutation({ mutationFn: () => followLink(search.get('token') ?? '') });
  const done = follow.data;
  // Silence says nothing about the link: it can be pressed again.
  const dead = follow.error instanceof Problem && DEAD.includes(follow.error.status);
  const sentence =
    done === undefined
      ? leaves
        ? text.unsubscribeSentence
        : text.acknowledgeSentence
      : done.done === 'unsubscribed'
        ? text.unsubscribed
        : done.changed > 0
          ? text.acknowledged(done.services.join(', '))
          : text.acknowledgedBefore;
  return (
    <main>
      <PageColumn narrow>
        <PageTitle>{leaves ? text.unsubscribe : text.acknowledge}</PageTitle>
        <Sentence>{dead ? text.gone : sentence}</Sentence>
        {follow.isError && (
          <p role="alert" className="mt-2 text-soft">
            {sentenceOf(follow.error)}
          </p>
        )}
        {done === undefined && !follow.isError && !leaves && (
          <p className="mt-2 text-soft">{text.acknowledgeDetail}</p>
        )}
        <div className="mt-6 flex gap-3">
          {done === undefined && !dead && (
            <Button
              kind="primary"
              busy={follow.isPending && text.working}
              onClick={() => follow.mutate()}
            >
              {leaves ? text.unsubscribe : text.acknowledge}
            </Button>
          )}
          <Link to={paths.dashboard()} className={buttonClass()}>
            {text.open}
          </Link>
        </div>
      </PageColumn>
    </main>
  );
}
