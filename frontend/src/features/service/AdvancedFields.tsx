/** The part of the service form that most people never open. */
import type { FieldErrors } from '@/api/problem';
import { numberText } from '@/lib/text/numbers';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { CheckField, SelectField, TextArea, TextField } from '@/ui/Field';
import { Icon } from '@/ui/Icon';
import { AssertionLines } from './AssertionLines';
import { type FormValues, methods } from './form-values';
import { HeaderLines } from './HeaderLines';

const text = serviceText.form;
const families = ['auto', '4', '6'] as const;

interface Props {
  values: FormValues;
  errors: FieldErrors;
  open: boolean;
  onToggle: (open: boolean) => void;
  onChange: (part: Partial<FormValues>) => void;
}

export function AdvancedFields({ values, errors, open, onToggle, onChange }: Props) {
  const number = (field: 'timeout_ms' | 'degraded_threshold_ms') => ({
    inputMode: 'numeric' as const,
    unit: numberText.msUnit,
    value: values[field],
    errors: errors[field],
    onChange: (event: { target: { value: string } }) => onChange({ [field]: event.target.value }),
  });
  return (
    <details
      open={open}
      onToggle={(event) => onToggle(event.currentTarget.open)}
      className="group rounded-lg border border-line bg-surface"
    >
      <summary className="touch flex h-11 list-none items-center gap-2 rounded-lg px-4 font-medium select-none hover:bg-hover [&::-webkit-details-marker]:hidden">
        <Icon
          name="chevronRight"
          className="text-faint transition-transform group-open:rotate-90"
        />
        {text.advanced}
        <span className="text-sm font-normal text-faint">{text.advancedHint}</span>
      </summary>
      <div className="grid gap-5 border-t border-line p-4 sm:grid-cols-2 sm:p-5">
        <SelectField
          label={text.method}
          value={values.method}
          errors={errors.method}
          onChange={(event) => onChange({ method: event.target.value })}
        >
          {methods.map((method) => (
            <option key={method}>{method}</option>
          ))}
        </SelectField>
        <TextField
          label={text.expected}
          hint={text.expectedHint}
          value={values.expected_statuses}
          errors={errors.expected_statuses ?? errors.expected_status}
          onChange={(event) => onChange({ expected_statuses: event.target.value })}
        />
        <TextField label={text.timeout} hint={text.timeoutHint} {...number('timeout_ms')} />
        <TextField
          label={text.threshold}
          hint={text.thresholdHint}
          {...number('degraded_threshold_ms')}
        />
        <SelectField
          label={text.family}
          value={values.address_family}
          errors={errors.address_family}
          onChange={(event) => {
            const family = families.find((one) => one === event.target.value);
            if (family !== undefined) onChange({ address_family: family });
          }}
        >
          {families.map((family) => (
            <option key={family} value={family}>
              {text.families[family]}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={text.retries}
          value={values.retries}
          errors={errors.retries}
          onChange={(event) => onChange({ retries: event.target.value })}
        >
          {['0', '1', '2'].map((retries) => (
            <option key={retries}>{retries}</option>
          ))}
        </SelectField>
        <CheckField
          label={text.redirects}
          checked={values.follow_redirects}
          onChange={(follow_redirects) => onChange({ follow_redirects })}
        />
        <CheckField
          label={text.tls}
          hint={text.tlsHint}
          checked={values.tls_verify}
          onChange={(tls_verify) => onChange({ tls_verify })}
        />
        <HeaderLines
          headers={values.headers}
          errors={errors.headers}
          onChange={(headers) => onChange({ headers })}
        />
        {!['GET', 'HEAD'].includes(values.method) && (
          <TextArea
            label={text.body}
            className="sm:col-span-2"
            rows={4}
            spellCheck={false}
            value={values.body}
            errors={errors.body}
            onChange={(event) => onChange({ body: event.target.value })}
          />
        )}
        <AssertionLines
          assertions={values.assertions}
          errors={errors.assertions}
          onChange={(assertions) => onChange({ assertions })}
        />
        <TextField
          label={text.tags}
          optional={shellText.optional}
          className="sm:col-span-2"
          hint={text.tagsHint}
          value={values.tags}
          errors={errors.tags}
          onChange={(event) => onChange({ tags: event.target.value })}
        />
      </div>
    </details>
  );
}
