/** What a channel is sent for each kind of message, as requests or as letters. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Channel, type PreviewPart, previewQuery } from '@/api/notices';
import { fieldsOf, sentenceOf } from '@/api/problem';
import { useLastError } from '@/api/useLastError';
import { readableBody } from '@/lib/readable-body';
import { previewText as text } from '@/lib/text/preview';
import { shellText } from '@/lib/text/shell';
import { Dialog } from '@/ui/Dialog';
import { SelectField } from '@/ui/Field';
import { Empty, Failure, SkeletonBlock } from '@/ui/Page';
import { Letter } from './Letter';

type Kind = keyof typeof text.kinds;

export function PreviewDialog({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const [kind, setKind] = useState<Kind>('down');
  const read = useQuery(previewQuery(channel.id, kind));
  const error = useLastError(read);
  return (
    <Dialog title={text.title(channel.name)} closeLabel={shellText.close} onClose={onClose} sheet>
      <p className="mb-4 text-soft">{text.detail}</p>
      <SelectField
        data-autofocus
        label={text.kind}
        value={kind}
        onChange={(event) => setKind(event.target.value as Kind)}
      >
        {Object.entries(text.kinds).map(([word, label]) => (
          <option key={word} value={word}>
            {label}
          </option>
        ))}
      </SelectField>
      <div className="mt-4">
        {error !== null ? (
          <Failure retry={shellText.retry} onRetry={() => void read.refetch()}>
            {text.loadError} {reasonOf(error)}
          </Failure>
        ) : read.data === undefined ? (
          <SkeletonBlock className="h-64" />
        ) : (
          <Parts key={kind} parts={read.data.parts} />
        )}
      </div>
    </Dialog>
  );
}

/** Where the channel itself cannot be used, the reason stands at its field. */
const reasonOf = (error: unknown): string =>
  Object.values(fieldsOf(error)).flat().join(' ') || sentenceOf(error);

function Parts({ parts }: { parts: readonly PreviewPart[] }) {
  const [chosen, setChosen] = useState(0);
  const part = parts[chosen] ?? parts[0];
  if (part === undefined) return <Empty>{text.nothing}</Empty>;
  return (
    <>
      {parts.length > 1 ? (
        <SelectField
          label={text.part}
          value={chosen}
          onChange={(event) => setChosen(Number(event.target.value))}
        >
          {parts.map(({ to }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list without identity
            <option key={index} value={index}>
              {text.partOf(index + 1, to)}
            </option>
          ))}
        </SelectField>
      ) : (
        <p className="font-mono text-xs break-all text-faint">{part.to}</p>
      )}
      <PartView part={part} />
    </>
  );
}

function PartView({ part }: { part: PreviewPart }) {
  const { subject, content_type, body } = part;
  return (
    <>
      {subject !== null && (
        <p className="mt-3 font-medium break-words">
          <bdi>{subject}</bdi>
        </p>
      )}
      {content_type.startsWith('text/html') ? (
        <Letter title={text.letter(subject ?? part.to)} html={body} />
      ) : body === '' ? (
        <p className="mt-2 text-soft">{text.noBody}</p>
      ) : (
        <pre className="mt-2 rounded-md bg-sunken p-3 text-xs wrap-anywhere whitespace-pre-wrap">
          {readableBody(content_type, body)}
        </pre>
      )}
    </>
  );
}
