/** Labelled inputs whose hint and errors are tied to them for screen readers. */
import {
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react';
import { reasonSentence } from '../lib/reasons';
import { cx } from './classes';
import { Icon } from './Icon';

export const inputClass =
  'touch w-full min-w-0 rounded-md border border-line-strong/60 bg-surface px-3 text-base text-ink placeholder:text-faint transition-colors hover:border-line-strong focus:border-accent focus:outline-2 focus:outline-accent focus:-outline-offset-1 aria-invalid:border-down disabled:opacity-60';

/** Where one begins to type: on a page at once, in a dialog when that is open. */
export const focusing = (wanted: boolean | undefined) =>
  wanted === true ? { autoFocus: true, 'data-autofocus': true } : {};

interface FieldProps {
  label: string;
  hint?: ReactNode;
  errors?: readonly string[] | undefined;
  optional?: string;
  className?: string;
  hideLabel?: boolean;
}

interface Wiring {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean | undefined;
}

export function Field({
  label,
  hint,
  errors = [],
  optional,
  className,
  hideLabel = false,
  children,
}: FieldProps & { children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const described = [
    hint === undefined ? null : `${id}-hint`,
    errors.length > 0 ? `${id}-error` : null,
  ];
  return (
    <div className={cx('min-w-0', className)}>
      <label
        htmlFor={id}
        className={hideLabel ? 'sr-only' : 'mb-1.5 block text-sm font-medium text-ink'}
      >
        {label}
        {optional !== undefined && <span className="font-normal text-faint"> {optional}</span>}
      </label>
      {children({
        id,
        'aria-describedby': described.filter(Boolean).join(' ') || undefined,
        'aria-invalid': errors.length > 0 || undefined,
      })}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="mt-1.5 text-sm text-faint">
          {hint}
        </p>
      )}
      {errors.length > 0 && (
        <p id={`${id}-error`} className="mt-1.5 text-sm font-medium text-down-text">
          {errors.map((reason) => reasonSentence(label, reason)).join(' ')}
        </p>
      )}
    </div>
  );
}

type TextProps = FieldProps &
  Omit<InputHTMLAttributes<HTMLInputElement>, 'id'> & {
    ref?: Ref<HTMLInputElement>;
    unit?: string;
    inputClassName?: string;
  };

export function TextField({
  label,
  hint,
  errors,
  optional,
  className,
  hideLabel,
  unit,
  inputClassName,
  autoFocus,
  ...rest
}: TextProps) {
  return (
    <Field
      label={label}
      hint={hint}
      className={className ?? ''}
      hideLabel={hideLabel ?? false}
      {...(errors === undefined ? {} : { errors })}
      {...(optional === undefined ? {} : { optional })}
    >
      {(wiring) => (
        <span className="relative block">
          <input
            {...rest}
            {...wiring}
            {...focusing(autoFocus)}
            className={cx(inputClass, 'h-9', unit !== undefined && 'pr-10 figures', inputClassName)}
          />
          {unit !== undefined && (
            <span className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-sm text-faint">
              {unit}
            </span>
          )}
        </span>
      )}
    </Field>
  );
}

type SelectProps = FieldProps & Omit<SelectHTMLAttributes<HTMLSelectElement>, 'id'>;

export function SelectField({
  label,
  hint,
  errors,
  className,
  hideLabel,
  children,
  ...rest
}: SelectProps) {
  return (
    <Field
      label={label}
      hint={hint}
      className={className ?? ''}
      hideLabel={hideLabel ?? false}
      {...(errors === undefined ? {} : { errors })}
    >
      {(wiring) => (
        <span className="relative block">
          <select {...rest} {...wiring} className={cx(inputClass, 'h-9 appearance-none pr-8')}>
            {children}
          </select>
          <Icon
            name="chevronDown"
            className="pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-faint"
          />
        </span>
      )}
    </Field>
  );
}

type AreaProps = FieldProps &
  Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'id'> & { ref?: Ref<HTMLTextAreaElement> };

export function TextArea({
  label,
  hint,
  errors,
  className,
  hideLabel,
  autoFocus,
  ...rest
}: AreaProps) {
  return (
    <Field
      label={label}
      hint={hint}
      className={className ?? ''}
      hideLabel={hideLabel ?? false}
      {...(errors === undefined ? {} : { errors })}
    >
      {(wiring) => (
        <textarea
          {...rest}
          {...wiring}
          {...focusing(autoFocus)}
          className={cx(inputClass, 'block py-2 font-mono text-sm')}
        />
      )}
    </Field>
  );
}

interface CheckProps {
  label: string;
  hint?: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

export function CheckField({ label, hint, checked, disabled = false, onChange }: CheckProps) {
  const id = useId();
  return (
    <div className="min-w-0">
      <label
        htmlFor={id}
        className="touch flex items-start gap-2.5 text-sm font-medium pointer-coarse:items-center"
      >
        <input
          id={id}
          type="checkbox"
          checked={checked}
          disabled={disabled}
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          onChange={(event) => onChange(event.target.checked)}
          className="mt-0.5 size-4 shrink-0 accent-accent-solid"
        />
        <span className={cx('min-w-0', disabled && 'text-faint')}>{label}</span>
      </label>
      {hint !== undefined && (
        <p id={`${id}-hint`} className="pl-6.5 text-sm text-faint">
          {hint}
        </p>
      )}
    </div>
  );
}
