/** Addresses of a page that a person names, when the search found none. */
import { useMutation } from '@tanstack/react-query';
import { type KeyboardEvent, useState } from 'react';
import type { Discovery } from '@/api/contract';
import { fieldsOf, sentenceOf } from '@/api/problem';
import { readUrls } from '@/api/vendor';
import { reasonSentence } from '@/lib/reasons';
import { vendorText } from '@/lib/text/vendor';
import { typedUrls, withoutUse } from '@/lib/vendor';
import { Button, IconButton } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Icon } from '@/ui/Icon';
import { nextKey } from './form-values';

const text = vendorText.manual;
const MOST = 10;

interface Props {
  initial?: readonly string[];
  /** Also which of the addresses brought nothing. */
  onFound: (discovery: Discovery, ignored: string[]) => void;
}

const lineOf = (value: string) => ({ key: nextKey(), value });

export function ManualUrls({ initial = [''], onFound }: Props) {
  const [lines, setLines] = useState(() => initial.map(lineOf));
  const [refused, setRefused] = useState<string | null>(null);
  const urls = typedUrls(lines.map(({ value }) => value));
  const reading = useMutation({
    mutationFn: readUrls,
    onSuccess: (discovery, asked) => {
      if (discovery.api_urls.length === 0) setRefused(discovery.advice?.sentence ?? text.useless);
      else onFound(discovery, withoutUse(asked, discovery.api_urls));
    },
    onError: (error) => {
      const reasons = Object.values(fieldsOf(error)).flat();
      setRefused(
        reasons.length > 0
          ? reasons.map((reason) => reasonSentence(text.url(1), reason)).join(' ')
          : sentenceOf(error),
      );
    },
  });
  const validate = () => {
    if (reading.isPending || urls.length === 0) return;
    setRefused(null);
    reading.mutate(urls);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    validate();
  };

  return (
    <fieldset className="min-w-0">
      <legend className="text-lg font-semibold tracking-tight">{text.title}</legend>
      <p className="mb-3 text-soft">{text.detail}</p>
      <div className="space-y-2">
        {lines.map(({ key, value }, index) => (
          <div key={key} className="flex items-start gap-2">
            <TextField
              label={text.url(index + 1)}
              hideLabel
              className="flex-1"
              inputMode="url"
              autoCapitalize="none"
              autoComplete="off"
              spellCheck={false}
              placeholder="https://"
              value={value}
              onKeyDown={onKeyDown}
              onChange={(event) =>
                setLines(
                  lines.map((line) =>
                    line.key === key ? { ...line, value: event.target.value } : line,
                  ),
                )
              }
            />
            {lines.length > 1 && (
              <IconButton
                label={text.remove(index + 1)}
                className="mt-0.5"
                onClick={() => setLines(lines.filter((line) => line.key !== key))}
              >
                <Icon name="close" />
              </IconButton>
            )}
          </div>
        ))}
        {refused !== null && (
          <p role="alert" className="text-sm font-medium text-down-text">
            {refused}
          </p>
        )}
        <div className="flex flex-wrap gap-2">
          {lines.length < MOST && (
            <Button size="sm" onClick={() => setLines([...lines, lineOf('')])}>
              <Icon name="plus" />
              {text.add}
            </Button>
          )}
          <Button
            size="sm"
            kind="primary"
            disabled={urls.length === 0}
            busy={reading.isPending && text.validating}
            onClick={validate}
          >
            {text.validate}
          </Button>
        </div>
      </div>
    </fieldset>
  );
}
