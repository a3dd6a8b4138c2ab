/** What the server refused, sorted to where it is shown in the service form. */
import { type FieldErrors, fieldsOf, hasStatus, sentenceOf } from '@/api/problem';
import { elsewhereOf } from '@/features/form/elsewhere';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';

const text = serviceText.form;

const basic = [
  'url',
  'name',
  'category',
  'check_interval',
  'depends_on',
  'depends_on_services',
  'partial_outage_is',
];
/** Fields of the part that is folded away. */
const advanced = [
  'method',
  'expected_status',
  'expected_statuses',
  'timeout_ms',
  'degraded_threshold_ms',
  'retries',
  'headers',
  'body',
  'assertions',
  'tls_verify',
  'address_family',
  'follow_redirects',
  'tags',
];

export interface Refusal {
  /** Reasons by field of the form. */
  fields: FieldErrors;
  /** The sentence above the form; reasons of fields without a place in it stand here. */
  general: string;
  /** Somebody else has changed it since it was read. */
  isOutdated: boolean;
  /** The folded part has to be opened for some reason to be seen. */
  opensAdvanced: boolean;
}

/** `headers[0].name` and `headers.0.name` belong to `headers`. */
export const rootOf = (field: string): string => /^[a-z_]+/.exec(field)?.[0] ?? field;

export function refusalOf(error: unknown): Refusal {
  const fields: FieldErrors = {};
  for (const [field, reasons] of Object.entries(fieldsOf(error))) {
    const root = rootOf(field);
    fields[root] = [...(fields[root] ?? []), ...reasons];
  }
  const names = Object.keys(fields);
  return {
    fields,
    isOutdated: hasStatus(error, 412),
    opensAdvanced: names.some((name) => advanced.includes(name)),
    general: hasStatus(error, 412)
      ? text.changedElsewhere
      : hasStatus(error, 404)
        ? shellText.problems.gone
        : names.length === 0
          ? sentenceOf(error)
          : elsewhereOf(fields, [...basic, ...advanced]) || text.fixFields,
  };
}
