/** A short list of what was chosen, each with how it stands and a way out of the list; below it, whatever adds to it. */
import type { ReactNode } from 'react';
import { reasonSentence } from '@/lib/reasons';
import { IconButton } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { Panel } from '@/ui/Page';

/** What the contract allows in one list. */
export const MOST_LINES = 10;

interface Line {
  key: string;
  name: string;
  standing: ReactNode;
  onRemove: () => void;
}

interface Props {
  text: { title: string; detail: string; tooMany: string; remove: (name: string) => string };
  lines: readonly Line[];
  /** As many as there may be. */
  most?: number;
  errors: readonly string[] | undefined;
  /** How one more is added; not shown when the list is full. */
  children: ReactNode;
}

export function ChosenLines({ text, lines, most = MOST_LINES, errors, children }: Props) {
  return (
    <fieldset className="min-w-0">
      <legend className="text-sm font-medium">{text.title}</legend>
      {text.detail !== '' && <p className="mb-2 text-sm text-faint">{text.detail}</p>}
      {lines.length > 0 && (
        <Panel className="mb-2">
          <ul className="divide-y divide-line">
            {lines.map(({ key, name, standing, onRemove }) => (
              <li key={key} className="flex min-h-10 items-center gap-3 pr-1 pl-4">
                <span className="min-w-0 flex-1 truncate">
                  <bdi>{name}</bdi>
                </span>
                {standing}
                <IconButton label={text.remove(name)} onClick={onRemove}>
                  <Icon name="close" />
                </IconButton>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {errors !== undefined && (
        <p role="alert" className="mb-2 text-sm font-medium text-down-text">
          {errors.map((reason) => reasonSentence(text.title, reason)).join(' ')}
        </p>
      )}
      {lines.length >= most ? <p className="text-sm text-faint">{text.tooMany}</p> : children}
    </fieldset>
  );
}
