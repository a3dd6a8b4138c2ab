/** The fields of one kind of channel. */
import type { FieldErrors } from '@/api/problem';
import type { ChannelKind, KindField, Typed } from '@/lib/channel-kinds';
import { noticeText as text } from '@/lib/text/notice';
import { SelectField, TextArea, TextField } from '@/ui/Field';

interface Props {
  kind: ChannelKind;
  typed: Typed;
  errors: FieldErrors;
  /** Secrets are stored already. */
  stored: boolean;
  onChange: (name: string, value: string) => void;
}

export function ChannelFields({ kind, typed, errors, stored, onChange }: Props) {
  return kind.fields.map((field) => {
    const shared = {
      label: field.label,
      hint: hintOf(field, stored),
      errors: errors[field.name],
      value: typed[field.name] ?? '',
    };
    const optional = field.optional === true ? { optional: text.optional } : {};
    if (field.shape === 'choice') {
      return (
        <SelectField
          key={field.name}
          {...shared}
          onChange={(event) => onChange(field.name, event.target.value)}
        >
          {field.choices?.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
      );
    }
    if (['list', 'area', 'headers'].includes(field.shape)) {
      return (
        <TextArea
          key={field.name}
          {...shared}
          rows={3}
          spellCheck={false}
          onChange={(event) => onChange(field.name, event.target.value)}
        />
      );
    }
    return (
      <TextField
        key={field.name}
        {...shared}
        {...optional}
        type={field.shape === 'secret' ? 'password' : 'text'}
        inputMode={field.shape === 'number' ? 'numeric' : undefined}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(field.name, event.target.value)}
      />
    );
  });
}

function hintOf(field: KindField, stored: boolean): string | undefined {
  const secret = field.shape === 'secret' || field.shape === 'headers';
  const parts = [field.hint, secret && stored ? text.secretKept : undefined];
  return parts.filter((part) => part !== undefined).join(' ') || undefined;
}
