/** The address of one's account: whether it is known to be one's own, and another one instead. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { changeAddress, sendVerification } from '@/api/account';
import type { Me } from '@/api/contract';
import { keys } from '@/api/keys';
import { fieldsOf, sentenceOf } from '@/api/problem';
import { useCloseGuard, useIsChanged } from '@/features/form/useLeaveGuard';
import { useRefusedFocus } from '@/features/form/useRefusedFocus';
import { accountText } from '@/lib/text/account';
import { shellText } from '@/lib/text/shell';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { Notice, Panel, Section } from '@/ui/Page';
import { toast } from '@/ui/Toasts';
import { addressState } from './mail';

const text = accountText.page;

export function Address({ me }: { me: Me }) {
  const [open, setOpen] = useState(false);
  const client = useQueryClient();
  const state = addressState(me);
  const send = useMutation({
    mutationFn: sendVerification,
    onSuccess: ({ email }) => {
      toast(text.linkSent(email));
      return client.invalidateQueries({ queryKey: keys.me });
    },
    onError: (error) => toast(sentenceOf(error), { kind: 'error' }),
  });
  if (!me.sends_mail)
    return (
      <Section title={text.address}>
        <p className="max-w-prose text-soft">{text.noMail}</p>
      </Section>
    );
  const hint =
    state === 'waiting'
      ? text.waitingFor(me.pending_email ?? me.email)
      : state === 'verified'
        ? text.verifiedHint
        : text.unverifiedHint;
  return (
    <Section title={text.address}>
      <Panel className="flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-3">
        <div className="min-w-0 flex-1 basis-64">
          <p className="break-words font-medium">
            {me.email}
            <span className="font-normal text-soft"> · {text.addressStates[state]}</span>
          </p>
          <p className="break-words text-sm text-faint">{hint}</p>
        </div>
        <div className="flex flex-wrap gap-2">
          {state !== 'verified' && (
            <Button
              size="sm"
              busy={send.isPending && text.sendingLink}
              onClick={() => send.mutate()}
            >
              {state === 'waiting' ? text.sendLinkAgain : text.sendLink}
            </Button>
          )}
          <Button size="sm" onClick={() => setOpen(true)}>
            {text.changeAddress}
          </Button>
        </div>
      </Panel>
      {open && <AddressDialog me={me} onClose={() => setOpen(false)} />}
    </Section>
  );
}

function AddressDialog({ me, onClose }: { me: Me; onClose: () => void }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const { leave } = useCloseGuard(useIsChanged({ email, password }));
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: () => changeAddress(email, me.has_password ? password : null),
    onSuccess: async (sent) => {
      toast(text.linkSent(sent.email));
      await client.invalidateQueries({ queryKey: keys.me });
      onClose();
    },
  });
  const fields = fieldsOf(change.error);
  const form = useRefusedFocus(change.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!change.isPending) change.mutate();
  };
  return (
    <Dialog title={text.newAddress} closeLabel={shellText.close} onClose={() => leave(onClose)}>
      <form ref={form} onSubmit={submit} className="space-y-4">
        {change.isError && Object.keys(fields).length === 0 && (
          <Notice kind="error">{sentenceOf(change.error)}</Notice>
        )}
        <TextField
          label={text.newAddress}
          type="email"
          autoComplete="email"
          required
          value={email}
          hint={text.newAddressHint}
          errors={fields.email}
          onChange={(event) => setEmail(event.target.value)}
        />
        {me.has_password && (
          <TextField
            label={text.addressPassword}
            type="password"
            autoComplete="current-password"
            required
            value={password}
            errors={fields.current_password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
        <div className="flex justify-end gap-2 pt-1">
          <Button kind="quiet" onClick={onClose}>
            {shellText.cancel}
          </Button>
          <Button kind="primary" type="submit" busy={change.isPending && text.sendingLink}>
            {text.sendToNew}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
