/** What the answer must say, one condition per line. */
import { reasonSentence } from '@/lib/reasons';
import { serviceText } from '@/lib/text/service';
import { Button, IconButton } from '@/ui/Button';
import { SelectField, TextField } from '@/ui/Field';
import { Icon } from '@/ui/Icon';
import { type AssertionLine, assertionKinds, nextKey } from './form-values';

const text = serviceText.form;

interface Props {
  assertions: readonly AssertionLine[];
  errors: readonly string[] | undefined;
  onChange: (assertions: AssertionLine[]) => void;
}

const hasSubject = (kind: AssertionLine['kind']) => /^(json|header)/.test(kind);

export function AssertionLines({ assertions, errors, onChange }: Props) {
  const set = (key: number, part: Partial<AssertionLine>) =>
    onChange(assertions.map((line) => (line.key === key ? { ...line, ...part } : line)));
  return (
    <fieldset className="min-w-0 sm:col-span-2">
      <legend className="mb-1.5 text-sm font-medium">{text.assertions}</legend>
      <div className="space-y-2">
        {assertions.map((line, index) => {
          const subject = line.kind.startsWith('json') ? text.assertionPath : text.headerName;
          const wanted = line.kind === 'body_matches' ? text.assertionPattern : text.assertionText;
          return (
            <div key={line.key} className="flex flex-wrap items-start gap-2 sm:flex-nowrap">
              <SelectField
                label={text.assertion}
                hideLabel
                className="w-44 max-sm:flex-1"
                value={line.kind}
                onChange={(event) => {
                  const kind = assertionKinds.find((one) => one === event.target.value);
                  if (kind !== undefined) set(line.key, { kind });
                }}
              >
                {assertionKinds.map((kind) => (
                  <option key={kind} value={kind}>
                    {text.assertionKinds[kind]}
                  </option>
                ))}
              </SelectField>
              {hasSubject(line.kind) && (
                <TextField
                  label={subject}
                  hideLabel
                  className="min-w-28 flex-1"
                  placeholder={subject}
                  spellCheck={false}
                  value={line.subject}
                  onChange={(event) => set(line.key, { subject: event.target.value })}
                />
              )}
              {line.kind !== 'json_exists' && (
                <TextField
                  label={hasSubject(line.kind) ? text.assertionValue : wanted}
                  hideLabel
                  className="min-w-28 flex-1"
                  placeholder={hasSubject(line.kind) ? text.assertionValue : wanted}
                  spellCheck={false}
                  value={line.text}
                  onChange={(event) => set(line.key, { text: event.target.value })}
                />
              )}
              <IconButton
                label={text.removeAssertion(index + 1)}
                className="mt-0.5"
                onClick={() => onChange(assertions.filter(({ key }) => key !== line.key))}
              >
                <Icon name="close" />
              </IconButton>
            </div>
          );
        })}
        {errors !== undefined && (
          <p role="alert" className="text-sm font-medium text-down-text">
            {errors.map((reason) => reasonSentence(text.assertions, reason)).join(' ')}
          </p>
        )}
        <Button
          size="sm"
          onClick={() =>
            onChange([
              ...assertions,
              { key: nextKey(), kind: 'body_contains', subject: '', text: '' },
            ])
          }
        >
          <Icon name="plus" />
          {text.addAssertion}
        </Button>
      </div>
    </fieldset>
  );
}
