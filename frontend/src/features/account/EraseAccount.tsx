/** Erases one's account: the one thing that cannot be undone, so it asks for the address in full. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { eraseAccount } from '@/api/account';
import type { Me } from '@/api/contract';
import { fieldsOf, hasStatus, sentenceOf } from '@/api/problem';
import { unlockForms } from '@/features/form/useLeaveGuard';
import { useRefusedFocus } from '@/features/form/useRefusedFocus';
import { paths } from '@/lib/paths';
import { accountText } from '@/lib/text/account';
import { shellText } from '@/lib/text/shell';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { Notice, Section } from '@/ui/Page';

const text = accountText.page;

export function EraseAccount({ me }: { me: Me }) {
  const [open, setOpen] = useState(false);
  return (
    <Section title={text.erase}>
      <p className="mb-3 max-w-prose text-soft">{text.eraseDetail}</p>
      <Button kind="danger" onClick={() => setOpen(true)}>
        {text.eraseOpen}
      </Button>
      {open && <EraseDialog me={me} onClose={() => setOpen(false)} />}
    </Section>
  );
}

function EraseDialog({ me, onClose }: { me: Me; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const [password, setPassword] = useState('');
  const navigate = useNavigate();
  const client = useQueryClient();
  const local = me.has_password;
  const erase = useMutation({
    mutationFn: () => eraseAccount(local ? password : null),
    onSuccess: async () => {
      unlockForms();
      await navigate(`${paths.login()}?erased=1`, { replace: true });
      client.clear();
    },
  });
  const fields = fieldsOf(erase.error);
  const form = useRefusedFocus(erase.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!erase.isPending && typed === me.email) erase.mutate();
  };
  return (
    <Dialog title={text.erase} closeLabel={shellText.close} onClose={onClose}>
      <form ref={form} onSubmit={submit} className="space-y-4">
        <p className="text-soft">{text.eraseDetail}</p>
        {erase.isError && Object.keys(fields).length === 0 && (
          <Notice kind="error">
            {!local && hasStatus(erase.error, 403) ? text.eraseReauth : sentenceOf(erase.error)}
          </Notice>
        )}
        <TextField
          label={text.eraseConfirm(me.email)}
          value={typed}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
        />
        {local && (
          <TextField
            label={text.erasePassword}
            type="password"
            autoComplete="current-password"
            value={password}
            errors={fields.password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
        <div className="flex justify-end gap-2 pt-1">
          <Button kind="quiet" onClick={onClose}>
            {shellText.cancel}
          </Button>
          <Button
            kind="danger"
            type="submit"
            disabled={typed !== me.email || (local && password === '')}
            busy={erase.isPending && text.erasing}
          >
            {text.eraseSubmit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
