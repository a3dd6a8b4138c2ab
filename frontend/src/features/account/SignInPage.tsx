/** Sign-in: the ways this installation has, and what went wrong on the way here. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { providersQuery, signIn } from '@/api/account';
import { fieldsOf, hasStatus, sentenceOf } from '@/api/problem';
import { useLastError } from '@/api/useLastError';
import { localPath } from '@/lib/paths';
import { accountText } from '@/lib/text/account';
import { shellText } from '@/lib/text/shell';
import { Button, buttonClass } from '@/ui/Button';
import { cx } from '@/ui/classes';
import { TextField } from '@/ui/Field';
import { Failure, Notice, Skeleton, StillLoading } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { ProviderMark } from './ProviderMark';
import { Welcome } from './Welcome';

const text = accountText.signIn;
const oauth = ['google', 'github'] as const;

export function SignInPage() {
  const [search] = useSearchParams();
  const providers = useQuery({
    ...providersQuery(),
    refetchInterval: (query) => (query.state.status === 'error' ? 5_000 : false),
  });
  const failure = useLastError(providers);
  const next = localPath(search.get('next'));
  const notice = noticeFor(search, next);

  return (
    <Welcome>
      <PageTitle>{text.title}</PageTitle>
      <h1 className="text-sentence font-semibold">{text.title}</h1>
      {notice !== null && (
        <div className="mt-5">
          <Notice kind={notice.kind}>{notice.text}</Notice>
        </div>
      )}
      {providers.isPending && failure === null && <Loading />}
      {failure !== null && (
        <div className="mt-6">
          <Failure retry={shellText.retry} onRetry={() => void providers.refetch()}>
            {sentenceOf(failure)}
          </Failure>
        </div>
      )}
      {providers.data?.setup_required === true && (
        <div className="mt-5">
          <Notice>{text.setup}</Notice>
        </div>
      )}
      {providers.data !== undefined && (
        <div className="mt-7 space-y-2.5">
          {oauth.map(
            (name) =>
              providers.data[name] && (
                <a
                  key={name}
                  href={`/api/auth/${name}?return_to=${encodeURIComponent(next)}`}
                  className={cx(buttonClass(), 'h-10 w-full')}
                >
                  <ProviderMark name={name} />
                  {text[name]}
                </a>
              ),
          )}
          {providers.data.local && (providers.data.google || providers.data.github) && (
            <div className="flex items-center gap-3 py-2 text-sm text-faint">
              <span className="h-px flex-1 bg-line" />
              {text.or}
              <span className="h-px flex-1 bg-line" />
            </div>
          )}
          {providers.data.local && <PasswordForm next={next} />}
          {!providers.data.local && !providers.data.google && !providers.data.github && (
            <Notice kind="warning">{text.none}</Notice>
          )}
        </div>
      )}
    </Welcome>
  );
}

function PasswordForm({ next }: { next: string }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const navigate = useNavigate();
  const client = useQueryClient();
  const login = useMutation({
    mutationFn: () => signIn(email, password),
    onSuccess: () => {
      client.clear();
      void navigate(next, { replace: true });
    },
  });
  const fields = fieldsOf(login.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!login.isPending) login.mutate();
  };
  return (
    <form onSubmit={submit} className="space-y-4">
      {login.isError && (
        <Notice kind="error">
          {hasStatus(login.error, 401) ? text.wrong : sentenceOf(login.error)}
        </Notice>
      )}
      <TextField
        label={text.email}
        type="email"
        name="email"
        autoComplete="username"
        required
        value={email}
        errors={fields.email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <TextField
        label={text.password}
        type="password"
        name="password"
        autoComplete="current-password"
        required
        value={password}
        errors={fields.password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Button
        type="submit"
        kind="primary"
        className="h-10 w-full"
        busy={login.isPending && text.submitting}
      >
        {text.submit}
      </Button>
    </form>
  );
}

function Loading() {
  return (
    <div role="status" className="relative mt-7 space-y-3">
      <span className="sr-only">{shellText.loading}</span>
      <StillLoading place="absolute inset-0" />
      <Skeleton className="h-10" />
      <Skeleton className="h-10" />
      <Skeleton className="h-10" />
    </div>
  );
}

interface SignInNotice {
  kind: 'info' | 'warning' | 'error';
  text: string;
}

export function noticeFor(search: URLSearchParams, next: string): SignInNotice | null {
  const code = search.get('error');
  if (code !== null) {
    return { kind: 'error', text: accountText.errors[code] ?? accountText.errorOther(code) };
  }
  if (search.has('ended')) return { kind: 'info', text: text.ended };
  if (search.has('signed_out')) return { kind: 'info', text: text.signedOut };
  if (search.has('erased')) return { kind: 'info', text: text.erased };
  return next === '/' ? null : { kind: 'info', text: text.continueTo };
}
