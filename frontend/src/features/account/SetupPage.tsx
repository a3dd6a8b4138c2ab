/** First run: whoever holds the set-up link makes the account that operates the installation. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { providersQuery, setUp } from '@/api/account';
import type { SetupForm } from '@/api/contract';
import { fieldsOf, sentenceOf } from '@/api/problem';
import { useRefusedFocus } from '@/features/form/useRefusedFocus';
import { paths } from '@/lib/paths';
import { accountText } from '@/lib/text/account';
import { Button, buttonClass } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Notice } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { Welcome } from './Welcome';

const text = accountText.setup;

export function SetupPage() {
  const { hash } = useLocation();
  const token = new URLSearchParams(hash.slice(1)).get('token') ?? '';
  const providers = useQuery(providersQuery());

  return (
    <Welcome>
      <PageTitle>{text.title}</PageTitle>
      <h1 className="text-sentence font-semibold">{text.sentence}</h1>
      <p className="mt-2 text-soft">{text.detail}</p>
      <div className="mt-7">
        {providers.data?.setup_required === false ? (
          <div className="space-y-4">
            <Notice>{text.done}</Notice>
            <Link to={paths.login()} className={buttonClass('primary')}>
              {text.toSignIn}
            </Link>
          </div>
        ) : token === '' ? (
          <Notice kind="warning">{text.noToken}</Notice>
        ) : (
          <AccountForm token={token} />
        )}
      </div>
    </Welcome>
  );
}

function AccountForm({ token }: { token: string }) {
  const [form, setForm] = useState<SetupForm>({
    setup_token: token,
    name: '',
    email: '',
    password: '',
  });
  const navigate = useNavigate();
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: () => setUp(form),
    onSuccess: () => {
      client.clear();
      void navigate(paths.dashboard(), { replace: true });
    },
  });
  const fields = fieldsOf(create.error);
  const element = useRefusedFocus(create.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!create.isPending) create.mutate();
  };
  const known = ['name', 'email', 'password'].some((field) => fields[field] !== undefined);
  return (
    <form ref={element} onSubmit={submit} className="space-y-4">
      {create.isError && !known && (
        <Notice kind="error">
          {fields.setup_token !== undefined ? text.badToken : sentenceOf(create.error)}
        </Notice>
      )}
      <TextField
        label={text.name}
        autoComplete="name"
        required
        maxLength={200}
        value={form.name}
        errors={fields.name}
        onChange={(event) => setForm({ ...form, name: event.target.value })}
      />
      <TextField
        label={text.email}
        type="email"
        autoComplete="username"
        required
        value={form.email}
        errors={fields.email}
        onChange={(event) => setForm({ ...form, email: event.target.value })}
      />
      <TextField
        label={text.password}
        type="password"
        autoComplete="new-password"
        required
        hint={text.passwordHint}
        value={form.password}
        errors={fields.password}
        onChange={(event) => setForm({ ...form, password: event.target.value })}
      />
      <Button
        type="submit"
        kind="primary"
        className="h-10 w-full"
        busy={create.isPending && text.submitting}
      >
        {text.submit}
      </Button>
    </form>
  );
}
