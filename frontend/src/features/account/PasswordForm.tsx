/** Changes the password of a local account. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { changePassword } from '@/api/account';
import type { Me } from '@/api/contract';
import { keys } from '@/api/keys';
import { fieldsOf, sentenceOf } from '@/api/problem';
import { useLeaveGuard } from '@/features/form/useLeaveGuard';
import { useRefusedFocus } from '@/features/form/useRefusedFocus';
import { accountText } from '@/lib/text/account';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Notice, Section } from '@/ui/Page';
import { toast } from '@/ui/Toasts';

const text = accountText.page;

export function PasswordForm({ me }: { me: Me }) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  // The other field may have been filled by the browser.
  useLeaveGuard(next !== '');
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: () => changePassword(me.has_password ? current : null, next),
    onSuccess: () => {
      setCurrent('');
      setNext('');
      toast(text.changed);
      void client.invalidateQueries({ queryKey: keys.me });
      return client.invalidateQueries({ queryKey: keys.sessions });
    },
  });
  const fields = fieldsOf(change.error);
  const form = useRefusedFocus(change.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!change.isPending) change.mutate();
  };
  return (
    <Section title={me.has_password ? text.password : text.setPassword}>
      <form ref={form} onSubmit={submit} className="grid gap-4 sm:grid-cols-2">
        {change.isError && Object.keys(fields).length === 0 && (
          <div className="sm:col-span-2">
            <Notice kind="error">{sentenceOf(change.error)}</Notice>
          </div>
        )}
        {me.has_password && (
          <TextField
            label={text.current}
            type="password"
            autoComplete="current-password"
            required
            value={current}
            errors={fields.current_password}
            onChange={(event) => setCurrent(event.target.value)}
          />
        )}
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
        <div className="sm:col-span-2">
          <Button type="submit" busy={change.isPending && text.changing}>
            {me.has_password ? text.changePassword : text.setPassword}
          </Button>
        </div>
      </form>
    </Section>
  );
}
