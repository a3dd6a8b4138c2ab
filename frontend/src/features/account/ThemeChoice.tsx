/** Light, dark or system. Menu radios, so that it can stand in a menu as well as on a page. */
import { shellText } from '@/lib/text/shell';
import { cx } from '@/ui/classes';
import { Icon } from '@/ui/Icon';
import { chooseTheme, themes, useTheme } from './theme';

export function ThemeChoice({ className }: { className?: string }) {
  const theme = useTheme();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has no place in a menu
    <div
      role="group"
      aria-label={shellText.theme}
      className={cx('rounded-md bg-sunken p-0.5', className)}
    >
      {themes.map(([value, icon]) => (
        <button
          key={value}
          type="button"
          role="menuitemradio"
          aria-checked={value === theme}
          tabIndex={-1}
          onClick={() => chooseTheme(value)}
          className={cx(
            'touch inline-flex h-7 items-center justify-center gap-1.5 rounded-[5px] border px-[7px] text-sm font-medium',
            value === theme ? 'border-line bg-chosen text-ink' : 'border-transparent text-soft',
          )}
        >
          <Icon name={icon} size={14} />
          {shellText.themes[value]}
        </button>
      ))}
    </div>
  );
}
