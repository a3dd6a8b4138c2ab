/** What a change to many changes, as people read it. */
import { dashboardText } from '@/lib/text/dashboard';
import { duration } from '@/lib/time';
import type { BulkAction } from './bulk';

const text = dashboardText.bulk;

export function valueWords(action: BulkAction, value: unknown): string {
  if (action === 'interval') return text.every(duration(Number(value) * 1000));
  if (Array.isArray(value)) return value.length === 0 ? text.none : value.join(', ');
  if (value === null || value === '') return text.none;
  return text.words[String(value)] ?? String(value);
}
