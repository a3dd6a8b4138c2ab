/** Which of one's own services this one stands behind: while one of them is down, its first notice waits. */
import { useState } from 'react';
import type { NeededService } from '@/api/contract';
import { serviceText } from '@/lib/text/service';
import { Combobox } from '@/ui/Combobox';
import { StatusLabel } from '@/ui/StatusGlyph';
import { ChosenLines } from './ChosenLines';
import { useFoundServices } from './useFoundServices';

const text = serviceText.needs;

interface Props {
  /** The service itself, once there is one. */
  self: string | undefined;
  value: readonly NeededService[];
  errors: readonly string[] | undefined;
  onChange: (value: NeededService[]) => void;
}

export function NeededServices({ self, value, errors, onChange }: Props) {
  const [typed, setTyped] = useState('');
  const { services, note } = useFoundServices(typed);
  const found = services.filter(({ id }) => id !== self && value.every((one) => one.id !== id));
  const take = (id: string | undefined) => {
    const one = found.find((other) => other.id === id);
    if (one === undefined) return;
    onChange([...value, { id: one.id, name: one.name, status: one.current_status.status }]);
    setTyped('');
  };

  const lines = value.map((one) => ({
    key: one.id,
    name: one.name,
    standing: <StatusLabel status={one.status} />,
    onRemove: () => onChange(value.filter((other) => other !== one)),
  }));

  return (
    <ChosenLines text={text} lines={lines} errors={errors}>
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
        {...(note === undefined ? {} : { note })}
        onChange={setTyped}
        onChoose={take}
        onEnter={() => take(found.length === 1 ? found[0]?.id : undefined)}
      />
    </ChosenLines>
  );
}
