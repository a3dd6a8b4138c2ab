/** What was refused, in whole sentences, where no field can show it. */
import { type FieldErrors, fieldsOf, sentenceOf } from '@/api/problem';
import { reasonSentence } from '@/lib/reasons';
import { shellText } from '@/lib/text/shell';

const sentences = (errors: FieldErrors): string[] =>
  Object.entries(errors).flatMap(([name, reasons]) =>
    reasons.map((reason) => reasonSentence(shellText.fields[name] ?? name, reason)),
  );

/** The reasons of fields that a form does not show; empty where all of them have their place in it. */
export const elsewhereOf = (errors: FieldErrors, shown: readonly string[]): string =>
  sentences(
    Object.fromEntries(Object.entries(errors).filter(([name]) => !shown.includes(name))),
  ).join(' ');

/** What stands above a form that shows these fields, null where nothing has to. */
export function aboveForm(error: unknown, shown: readonly string[]): string | null {
  if (error == null) return null;
  const errors = fieldsOf(error);
  if (Object.keys(errors).length === 0) return sentenceOf(error);
  return elsewhereOf(errors, shown) || null;
}

/** Every reason there is, for what was asked without a form. */
export const allReasonsOf = (error: unknown): string =>
  sentences(fieldsOf(error)).join(' ') || sentenceOf(error);
