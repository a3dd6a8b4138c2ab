/** Changes the password of a local account. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { changePassword } from '@/api/account';
import { keys } from '@/api/keys';
import { fieldsOf, sentenceOf } from '@/api/problem';
import { accountText } from '@/lib/text/account';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Notice, Section } from '@/ui/Page';
import { toast } from '@/ui/Toasts';

const text = accountText.page;

export function PasswordForm() {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess: () => {
      setCurrent('');
      setNext('');
      toast(text.changed);
      return client.invalidateQueries({ queryKey: keys.sessions });
    },
  });
  const fields = fieldsOf(change.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!change.isPending) change.mutate();
  };
  return (
    <Section title={text.password}>
      <form onSubmit={submit} className="grid gap-4 sm:grid-cols-2">
        {change.isError && Object.keys(fields).length === 0 && (
          <div className="sm:col-span-2">
            <Notice kind="error">{sentenceOf(change.error)}</Notice>
          </div>
        )}
        <TextField
          label={text.current}
          type="password"
          autoComplete="current-password"
          required
          value={current}
          errors={fields.current_password}
          onChange={(event) => setCurrent(event.target.value)}
        />
        <TextField
          label={text.next}
          type="password"
          autoComplete="new-password"
          required
          value={next}
          hint={accountText.setup.passwordHint}
          errors={fields.new_password}
          onChange={(event) => setNext(event.target.value)}
        />
        <div>
          <Button type="submit" busy={change.isPending && text.changing}>
            {text.changePassword}
          </Button>
        </div>
      </form>
    </Section>
  );
}
