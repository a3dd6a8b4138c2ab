/** Request headers, one per line. Saved values are never shown again, only kept or replaced. */
import { reasonSentence } from '@/lib/reasons';
import { serviceText } from '@/lib/text/service';
import { Button, IconButton } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Icon } from '@/ui/Icon';
import { type HeaderLine, nextKey } from './form-values';

const text = serviceText.form;

interface Props {
  headers: readonly HeaderLine[];
  errors: readonly string[] | undefined;
  onChange: (headers: HeaderLine[]) => void;
}

export function HeaderLines({ headers, errors, onChange }: Props) {
  const set = (key: number, part: Partial<HeaderLine>) =>
    onChange(headers.map((line) => (line.key === key ? { ...line, ...part } : line)));
  return (
    <fieldset className="min-w-0 sm:col-span-2">
      <legend className="mb-1.5 text-sm font-medium">{text.headers}</legend>
      <div className="space-y-2">
        {headers.map((line) => (
          <div key={line.key} className="flex items-start gap-2">
            <TextField
              label={text.headerName}
              hideLabel
              className="w-2/5"
              placeholder={text.headerName}
              autoComplete="off"
              autoFocus={line.name === '' && !line.kept}
              spellCheck={false}
              value={line.name}
              onChange={(event) => set(line.key, { name: event.target.value, kept: false })}
            />
            <TextField
              label={text.headerValue}
              hideLabel
              className="flex-1"
              placeholder={line.kept ? text.headerKept : text.headerValue}
              autoComplete="off"
              spellCheck={false}
              value={line.value}
              onChange={(event) => set(line.key, { value: event.target.value })}
            />
            <IconButton
              label={text.removeHeader(line.name)}
              className="mt-0.5"
              onClick={() => onChange(headers.filter(({ key }) => key !== line.key))}
            >
              <Icon name="close" />
            </IconButton>
          </div>
        ))}
        {errors !== undefined && (
          <p role="alert" className="text-sm font-medium text-down-text">
            {errors.map((reason) => reasonSentence(text.headers, reason)).join(' ')}
          </p>
        )}
        <Button
          size="sm"
          onClick={() =>
            onChange([...headers, { key: nextKey(), name: '', value: '', kept: false }])
          }
        >
          <Icon name="plus" />
          {text.addHeader}
        </Button>
      </div>
    </fieldset>
  );
}
