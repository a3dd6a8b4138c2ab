/** Which of one's own services this one stands behind: while one of them is down, its first notice waits. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { NeededService } from '@/api/contract';
import { serviceSearchQuery } from '@/api/services';
import { reasonSentence } from '@/lib/reasons';
import { serviceText } from '@/lib/text/service';
import { IconButton } from '@/ui/Button';
import { Combobox } from '@/ui/Combobox';
import { Icon } from '@/ui/Icon';
import { Panel } from '@/ui/Page';
import { StatusLabel } from '@/ui/StatusGlyph';
import { useSettled } from '@/ui/useSettled';

const text = serviceText.needs;
const MOST = 10;
const TYPING_MS = 120;

interface Props {
  /** The service itself, once there is one. */
  self: string | undefined;
  value: readonly NeededService[];
  errors: readonly string[] | undefined;
  onChange: (value: NeededService[]) => void;
}

export function NeededServices({ self, value, errors, onChange }: Props) {
  const [typed, setTyped] = useState('');
  const query = useSettled(typed.trim(), TYPING_MS);
  const { data } = useQuery({ ...serviceSearchQuery(query), enabled: query !== '' });
  const found = (query === '' ? [] : (data ?? [])).filter(
    ({ id }) => id !== self && value.every((one) => one.id !== id),
  );
  const take = (id: string | undefined) => {
    const one = found.find((other) => other.id === id);
    if (one === undefined) return;
    onChange([...value, { id: one.id, name: one.name, status: one.current_status.status }]);
    setTyped('');
  };

  return (
    <fieldset className="min-w-0">
      <legend className="text-sm font-medium">{text.title}</legend>
      <p className="mb-2 text-sm text-faint">{text.detail}</p>
      {value.length > 0 && (
        <Panel className="mb-2">
          <ul className="divide-y divide-line">
            {value.map((one) => (
              <li key={one.id} className="flex min-h-10 items-center gap-3 pr-1 pl-4">
                <span className="min-w-0 flex-1 truncate">
                  <bdi>{one.name}</bdi>
                </span>
                <StatusLabel status={one.status} />
                <IconButton
                  label={text.remove(one.name)}
                  onClick={() => onChange(value.filter((other) => other !== one))}
                >
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
      {value.length >= MOST ? (
        <p className="text-sm text-faint">{text.tooMany}</p>
      ) : (
        <Combobox
          className="max-w-sm"
          size="md"
          label={text.add}
          hideLabel
          placeholder={text.add}
          listLabel={text.found}
          announce={text.announce}
          value={typed}
          options={found.map(({ id, name, category }) => ({
            key: id,
            label: name,
            ...(category == null ? {} : { detail: category }),
          }))}
          onChange={setTyped}
          onChoose={take}
          onEnter={() => take(found.length === 1 ? found[0]?.id : undefined)}
        />
      )}
    </fieldset>
  );
}
