/** A text box that offers a list while one types; arrows move, Enter chooses, Escape closes. */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useState } from 'react';
import { cx } from './classes';
import { Field, focusing, inputClass } from './Field';

export interface Option {
  key: string;
  label: string;
  detail?: string;
}

interface Props {
  label: string;
  listLabel: string;
  /** Said to screen readers when the list changes. */
  announce: (n: number) => string;
  value: string;
  options: readonly Option[];
  /** Stands in place of the list while there is nothing to choose from. */
  note?: string;
  hint?: ReactNode;
  errors?: readonly string[] | undefined;
  placeholder?: string;
  autoFocus?: boolean;
  className?: string;
  hideLabel?: boolean;
  /** `lg` (the default) where a page exists for the box. */
  size?: 'md' | 'lg';
  onFocus?: () => void;
  onBlur?: () => void;
  onChange: (value: string) => void;
  onChoose: (key: string) => void;
  /** Enter while nothing in the list is marked. */
  onEnter: () => void;
  onPasteText?: (pasted: string) => boolean;
}

export function Combobox(props: Props) {
  const { label, listLabel, announce, value, options, onChange, onChoose, onEnter } = props;
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState<string | null>(null);
  const listId = useId();
  const shown = open && options.length > 0;
  const note = open && options.length === 0 ? props.note : undefined;
  const at = options.findIndex(({ key }) => key === active);
  const optionId = (index: number) => `${listId}-${index}`;

  const close = () => {
    setOpen(false);
    setActive(null);
  };
  const choose = (key: string) => {
    close();
    onChoose(key);
  };
  useEffect(() => {
    if (!shown || at < 0) return;
    document.getElementById(`${listId}-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [shown, at, listId]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && options.length > 0) {
      event.preventDefault();
      const from = at < 0 && step < 0 ? 0 : at;
      const next = shown ? (from + step + options.length) % options.length : Math.max(at, 0);
      setOpen(true);
      setActive(options[next]?.key ?? null);
    } else if (event.key === 'Escape' && shown) {
      event.preventDefault();
      close();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (shown && at >= 0 && active !== null) choose(active);
      else {
        close();
        onEnter();
      }
    }
  };

  return (
    <Field
      label={label}
      hideLabel={props.hideLabel ?? false}
      className={props.className ?? ''}
      {...(props.hint === undefined ? {} : { hint: props.hint })}
      {...(props.errors === undefined ? {} : { errors: props.errors })}
    >
      {(wiring) => (
        <div className="relative">
          <input
            {...wiring}
            role="combobox"
            aria-autocomplete="list"
            aria-expanded={shown}
            aria-controls={shown ? listId : undefined}
            aria-activedescendant={shown && at >= 0 ? optionId(at) : undefined}
            type="text"
            inputMode="url"
            autoCapitalize="none"
            autoComplete="off"
            spellCheck={false}
            {...focusing(props.autoFocus)}
            placeholder={props.placeholder}
            value={value}
            onChange={(event) => {
              setOpen(true);
              setActive(null);
              onChange(event.target.value);
            }}
            onKeyDown={onKeyDown}
            onFocus={props.onFocus}
            onBlur={() => {
              close();
              props.onBlur?.();
            }}
            onPaste={(event) => {
              if (props.onPasteText?.(event.clipboardData.getData('text')) === true) {
                event.preventDefault();
              }
            }}
            className={cx(inputClass, props.size === 'md' ? 'h-9' : 'h-11 text-lg!')}
          />
          <span role="status" className="sr-only">
            {shown ? announce(options.length) : (note ?? '')}
          </span>
          {note !== undefined && (
            <p
              aria-hidden="true"
              className="absolute inset-x-0 top-full z-30 mt-1.5 rounded-lg bg-raised px-3.5 py-3 text-soft shadow-float"
            >
              {note}
            </p>
          )}
          {shown && (
            <div
              id={listId}
              role="listbox"
              aria-label={listLabel}
              className="absolute inset-x-0 top-full z-30 mt-1.5 max-h-80 overflow-y-auto rounded-lg bg-raised p-1 shadow-float motion-safe:animate-rise"
            >
              {options.map((option, index) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard works through the box
                <div
                  key={option.key}
                  id={optionId(index)}
                  role="option"
                  tabIndex={-1}
                  aria-selected={index === at}
                  // The box keeps the focus, and with it the keyboard.
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => choose(option.key)}
                  onPointerMove={() => setActive(option.key)}
                  className={cx(
                    'touch flex cursor-pointer items-baseline gap-3 rounded-md px-2.5 py-2',
                    index === at && 'bg-sunken',
                  )}
                >
                  <span className="shrink-0 font-medium">{option.label}</span>
                  <span className="min-w-0 truncate text-sm text-faint">{option.detail}</span>
                </div>
              ))}
            </div>
          )}
        </div>
      )}
    </Field>
  );
}
