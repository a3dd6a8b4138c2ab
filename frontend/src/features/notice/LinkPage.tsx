/** Where links out of messages lead: nothing happens before somebody says so, because mail scanners follow links too. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation, useSearchParams } from 'react-router';
import { keys } from '@/api/keys';
import { followLink } from '@/api/notices';
import { Problem, sentenceOf } from '@/api/problem';
import { paths } from '@/lib/paths';
import { noticeText } from '@/lib/text/notice';
import { Button, buttonClass } from '@/ui/Button';
import { PageColumn, Sentence } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { doneSentence, questionOf } from './links';

const text = noticeText.link;
/** What the server says about a link that it does not know, or not any more. */
const DEAD = [400, 404, 410, 422];

export function LinkPage() {
  const [search] = useSearchParams();
  const { pathname } = useLocation();
  const client = useQueryClient();
  const question = questionOf(pathname);
  const follow = useMutation({
    mutationFn: () => followLink(search.get('token') ?? ''),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.me });
      void client.invalidateQueries({ queryKey: keys.preferences });
    },
  });
  const done = follow.data;
  // Silence says nothing about the link: it can be pressed again.
  const dead = follow.error instanceof Problem && DEAD.includes(follow.error.status);
  const sentence = done === undefined ? question.sentence : doneSentence(done);
  return (
    <main>
      <PageColumn narrow>
        <PageTitle>{question.button}</PageTitle>
        <Sentence>{dead ? text.gone : sentence}</Sentence>
        {follow.isError && (
          <p role="alert" className="mt-2 text-soft">
            {sentenceOf(follow.error)}
          </p>
        )}
        {done === undefined && !follow.isError && question.detail !== null && (
          <p className="mt-2 text-soft">{question.detail}</p>
        )}
        <div className="mt-6 flex flex-wrap gap-3">
          {done === undefined && !dead && (
            <Button
              kind="primary"
              busy={follow.isPending && text.working}
              onClick={() => follow.mutate()}
            >
              {question.button}
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
