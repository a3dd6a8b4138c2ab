/** A few choices side by side, of which one holds; arrow keys move as in any radio group. */
import { type ReactNode, useId } from 'react';
import { cx } from './classes';

interface Props<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: ReactNode }[];
  onChange: (value: T) => void;
  className?: string;
}

export function Segmented<T extends string>({
  label,
  value,
  options,
  onChange,
  className,
}: Props<T>) {
  const name = useId();
  return (
    <fieldset className={cx('inline-flex rounded-md bg-sunken p-0.5', className)}>
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className={cx(
            'touch relative inline-flex min-h-7 cursor-pointer items-center justify-center gap-1.5 rounded-[5px] border px-[9px] text-sm font-medium transition-colors',
            'has-focus-visible:outline-2 has-focus-visible:outline-accent',
            option.value === value
              ? 'border-line bg-chosen text-ink'
              : 'border-transparent text-soft hover:text-ink',
          )}
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            className="absolute inset-0 cursor-pointer appearance-none opacity-0"
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
