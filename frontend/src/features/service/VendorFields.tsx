/** What a vendor's service has besides its component: category, interval, tags, and what a partial outage counts as. */
import type { ReactNode } from 'react';
import type { FieldErrors } from '@/api/problem';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { vendorText } from '@/lib/text/vendor';
import { SelectField, TextField } from '@/ui/Field';
import { intervalWords, type useInterval } from './intervals';
import type { VendorValues } from './vendor-values';

const text = vendorText.form;
const policies = ['down', 'degraded'] as const;

interface Props {
  values: VendorValues;
  interval: ReturnType<typeof useInterval>;
  errors: FieldErrors;
  categories: readonly string[];
  onChange: (part: Partial<VendorValues>) => void;
  /** The name, or the names. */
  children: ReactNode;
}

export function VendorFields({ values, interval, errors, categories, onChange, children }: Props) {
  return (
    <div className="grid gap-5 sm:grid-cols-3">
      <div className="min-w-0 sm:col-span-3">{children}</div>
      <TextField
        label={serviceText.form.category}
        optional={shellText.optional}
        maxLength={100}
        list="service-categories"
        value={values.category}
        errors={errors.category}
        onChange={(event) => onChange({ category: event.target.value })}
      />
      <datalist id="service-categories">
        {categories.map((category) => (
          <option key={category} value={category} />
        ))}
      </datalist>
      <SelectField
        label={text.interval}
        value={interval.chosen}
        errors={errors.check_interval}
        onChange={(event) => onChange({ check_interval: event.target.value })}
      >
        {interval.offered.map((seconds) => (
          <option key={seconds} value={seconds}>
            {intervalWords(seconds)}
          </option>
        ))}
      </SelectField>
      <SelectField
        label={text.policy}
        value={values.partial_outage_is}
        errors={errors.partial_outage_is}
        onChange={(event) => {
          const policy = policies.find((one) => one === event.target.value);
          if (policy !== undefined) onChange({ partial_outage_is: policy });
        }}
      >
        {policies.map((policy) => (
          <option key={policy} value={policy}>
            {text.policies[policy]}
          </option>
        ))}
      </SelectField>
      <TextField
        label={serviceText.form.tags}
        optional={shellText.optional}
        className="sm:col-span-3"
        hint={serviceText.form.tagsHint}
        value={values.tags}
        errors={errors.tags}
        onChange={(event) => onChange({ tags: event.target.value })}
      />
    </div>
  );
}
