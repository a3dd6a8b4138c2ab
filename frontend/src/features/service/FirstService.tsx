/** The first dashboard: one box for an address or a name, some well-known ones, and a way to paste a whole list. */
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { catalogueHostQuery } from '@/api/vendor';
import { isList, toUrl } from '@/lib/paste-list';
import { paths } from '@/lib/paths';
import { serviceText } from '@/lib/text/service';
import { hostOf, looksLikeStatusPage } from '@/lib/vendor';
import { wellKnown } from '@/lib/well-known';
import { Button, buttonClass } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { Sentence } from '@/ui/Page';
import { WatchBox } from './WatchBox';

const text = serviceText.first;

/** `onPasteList` opens the box for a list, with what was pasted already. */
export default function FirstService({ onPasteList }: { onPasteList: (pasted: string) => void }) {
  const [typed, setTyped] = useState('');
  const [refused, setRefused] = useState(false);
  const navigate = useNavigate();

  const client = useQueryClient();

  const go = async () => {
    const url = toUrl(typed);
    if (url === null) {
      setRefused(true);
      return;
    }
    // Where the catalogue does not answer, an address is only what it looks like.
    const known = await client
      .fetchQuery(catalogueHostQuery(hostOf(url) ?? ''))
      .then(([entry]) => entry)
      .catch(() => undefined);
    await navigate(
      looksLikeStatusPage(url, known)
        ? paths.followPage(url, known?.name)
        : `${paths.addService(url)}&look=1`,
    );
  };
  const follow = ({ status_page, name }: { status_page: string; name: string }) =>
    void navigate(paths.followPage(status_page, name));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void go();
  };

  return (
    <div className="mx-auto max-w-xl pt-[9vh]">
      <Sentence>{text.sentence}</Sentence>
      <p className="mt-2 text-lg text-soft">{text.detail}</p>
      <form onSubmit={submit} className="mt-7 flex gap-2" noValidate>
        <WatchBox
          label={text.label}
          hideLabel
          className="flex-1"
          autoFocus
          value={typed}
          errors={refused ? [text.refused] : undefined}
          onChange={(value) => {
            setTyped(value);
            setRefused(false);
          }}
          onChoose={follow}
          onEnter={() => void go()}
          onPasteText={(pasted) => {
            if (!isList(pasted)) return false;
            onPasteList(pasted);
            return true;
          }}
        />
        <Button type="submit" kind="primary" className="h-11 px-5">
          {text.submit}
        </Button>
      </form>
      <ul aria-label={text.known} className="mt-3 flex flex-wrap gap-2">
        {wellKnown.map((entry) => (
          <li key={entry.name}>
            <Link
              to={paths.followPage(entry.status_page, entry.name)}
              className={buttonClass('secondary', 'sm')}
            >
              {entry.name}
            </Link>
          </li>
        ))}
      </ul>
      <Button kind="quiet" size="sm" className="mt-3 -ml-2.5" onClick={() => onPasteList('')}>
        <Icon name="list" />
        {text.pasteList}
      </Button>
    </div>
  );
}
