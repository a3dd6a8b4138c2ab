/** A signing secret, shown once. */
import { noticeText as text } from '@/lib/text/notice';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';

export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Dialog title={text.signingSecret} closeLabel={text.done} onClose={onClose} held>
      <p className="text-soft">{text.signingSecretHint}</p>
      <code className="mt-3 block rounded-md bg-sunken px-3 py-2 text-sm break-all select-all">
        {secret}
      </code>
      <div className="mt-5">
        <Button kind="primary" onClick={onClose}>
          {text.done}
        </Button>
      </div>
    </Dialog>
  );
}
