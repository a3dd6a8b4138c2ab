/** Finds one of one's own services by name and takes it, to be named among others. */
import { useState } from 'react';
import type { Service } from '@/api/contract';
import { Combobox } from '@/ui/Combobox';
import { useFoundServices } from './useFoundServices';

interface Props {
  text: { add: string; found: string; announce: (n: number) => string };
  /** Those that cannot be taken: they are named already. */
  isTaken: (id: string) => boolean;
  onTake: (service: Service) => void;
  className?: string;
}

export function FindService({ text, isTaken, onTake, className }: Props) {
  const [typed, setTyped] = useState('');
  const { services, note } = useFoundServices(typed);
  const found = services.filter(({ id }) => !isTaken(id));
  const take = (id: string | undefined) => {
    const one = found.find((other) => other.id === id);
    if (one === undefined) return;
    onTake(one);
    setTyped('');
  };
  return (
    <Combobox
      {...(className === undefined ? {} : { className })}
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
  );
}
