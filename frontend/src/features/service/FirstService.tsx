/** The first dashboard: one box for an address, and a way to paste a whole list. */
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { toUrl } from '@/lib/paste-list';
import { paths } from '@/lib/paths';
import { serviceText } from '@/lib/text/service';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Icon } from '@/ui/Icon';
import { Sentence } from '@/ui/Page';

const text = serviceText.first;

/** `onPasteList` opens the box for a list, with what was pasted already. */
export function FirstService({ onPasteList }: { onPasteList: (pasted: string) => void }) {
  const [typed, setTyped] = useState('');
  const [refused, setRefused] = useState(false);
  const navigate = useNavigate();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const url = toUrl(typed);
    if (url === null) setRefused(true);
    else void navigate(`${paths.addService(url)}&look=1`);
  };

  return (
    <div className="mx-auto max-w-xl pt-[9vh]">
      <Sentence>{text.sentence}</Sentence>
      <p className="mt-2 text-lg text-soft">{text.detail}</p>
      <form onSubmit={submit} className="mt-7 flex gap-2" noValidate>
        <TextField
          label={text.label}
          hideLabel
          className="flex-1"
          inputClassName="h-11! text-lg!"
          type="text"
          inputMode="url"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          autoFocus
          placeholder={text.placeholder}
          value={typed}
          errors={refused ? [text.refused] : undefined}
          onChange={(event) => {
            setTyped(event.target.value);
            setRefused(false);
          }}
          onPaste={(event) => {
            const pasted = event.clipboardData.getData('text');
            if (!pasted.trim().includes('\n')) return;
            event.preventDefault();
            onPasteList(pasted);
          }}
        />
        <Button type="submit" kind="primary" className="h-11 px-5">
          {text.submit}
        </Button>
      </form>
      <Button kind="quiet" size="sm" className="mt-3 -ml-2.5" onClick={() => onPasteList('')}>
        <Icon name="list" />
        {text.pasteList}
      </Button>
    </div>
  );
}
