/** One attempt in full: what the message says, what was sent, what was answered; and once more. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { keys } from '@/api/keys';
import { type Delivery, deliveryQuery, resend } from '@/api/notices';
import { sentenceOf } from '@/api/problem';
import { useMayEdit } from '@/api/role';
import { useLastError } from '@/api/useLastError';
import { milliseconds } from '@/lib/numbers';
import { noticeText as text } from '@/lib/text/notice';
import { shellText } from '@/lib/text/shell';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { DotList } from '@/ui/DotList';
import { Failure, Notice, SkeletonBlock } from '@/ui/Page';
import { RelativeTime } from '@/ui/RelativeTime';
import { toast } from '@/ui/Toasts';

interface Exchange {
  request: string;
  sent: string;
  status: number | null;
  received: string;
}

export function DeliveryDialog({ delivery, onClose }: { delivery: Delivery; onClose: () => void }) {
  const mayEdit = useMayEdit();
  const client = useQueryClient();
  const read = useQuery(deliveryQuery(delivery.id));
  const { data: whole, refetch } = read;
  const error = useLastError(read);
  const again = useMutation({
    mutationFn: () => resend(delivery.id),
    onSuccess: () => {
      toast(text.resent);
      onClose();
      return client.invalidateQueries({ queryKey: keys.deliveryLists });
    },
  });
  return (
    <Dialog title={delivery.headline} closeLabel={shellText.close} onClose={onClose} sheet>
      <DotList className="text-sm text-faint">
        <bdi>{delivery.channel_name}</bdi>
        {text.outcomes[delivery.outcome] ?? delivery.outcome}
        <RelativeTime at={delivery.at} />
        {text.took(milliseconds(delivery.took_ms))}
      </DotList>
      {delivery.detail !== '' && <p className="mt-2 break-words">{delivery.detail}</p>}
      <div className="mt-4 max-h-[50dvh] space-y-4 overflow-y-auto">
        {whole === undefined && error === null && <SkeletonBlock className="h-24" />}
        {error !== null && (
          <Failure retry={shellText.retry} onRetry={() => void refetch()}>
            {sentenceOf(error)}
          </Failure>
        )}
        {whole !== undefined && whole.lines.length > 0 && (
          <ul className="space-y-1 text-soft">
            {whole.lines.map((line) => (
              <li key={line} className="break-words">
                {line}
              </li>
            ))}
          </ul>
        )}
        {exchangesOf(whole?.transcript).map((exchange, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list without identity
          <ExchangeView key={index} exchange={exchange} />
        ))}
      </div>
      {mayEdit && (
        <div className="mt-5 space-y-3">
          {again.isError && <Notice kind="error">{sentenceOf(again.error)}</Notice>}
          <Button
            disabled={delivery.under_way}
            busy={again.isPending && text.resending}
            onClick={() => again.mutate()}
          >
            {text.resend}
          </Button>
        </div>
      )}
    </Dialog>
  );
}

function ExchangeView({ exchange }: { exchange: Exchange }) {
  const code = 'mt-1 max-h-48 overflow-auto rounded-md bg-sunken p-3 text-xs whitespace-pre-wrap';
  return (
    <section className="min-w-0 text-sm">
      <p className="font-mono text-xs break-all text-faint">{exchange.request}</p>
      {exchange.sent !== '' && (
        <>
          <h3 className="mt-2 font-medium">{text.sent}</h3>
          <pre className={`${code} break-all`}>{exchange.sent}</pre>
        </>
      )}
      <h3 className="mt-2 font-medium">
        {exchange.status === null ? text.noAnswer : `${text.answered} ${exchange.status}`}
      </h3>
      {exchange.received !== '' && <pre className={`${code} break-all`}>{exchange.received}</pre>}
    </section>
  );
}

/** The transcript is what the sender wrote: only what has the known shape is shown. */
function exchangesOf(transcript: unknown): Exchange[] {
  if (!Array.isArray(transcript)) return [];
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return transcript.map((entry: Record<string, unknown>) => ({
    request: text(entry.request),
    sent: text(entry.sent),
    status: typeof entry.status === 'number' ? entry.status : null,
    received: text(entry.received),
  }));
}
