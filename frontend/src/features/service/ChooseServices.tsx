/** Chooses services by name out of any number; the chosen ones stand as lines. */
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { serviceQuery } from '@/api/services';
import { serviceText } from '@/lib/text/service';
import { Combobox } from '@/ui/Combobox';
import { ChosenLines } from './ChosenLines';
import { useFoundServices } from './useFoundServices';

const text = serviceText.choose;
/** Of so many the names are asked for; further ones are only counted. */
const NAMED = 20;

interface Props {
  title: string;
  /** Ids. */
  value: readonly string[];
  /** As many as there may be. */
  most?: number;
  errors: readonly string[] | undefined;
  onChange: (ids: readonly string[]) => void;
}

export function ChooseServices({ title, value, most, errors, onChange }: Props) {
  const [typed, setTyped] = useState('');
  /** Names of what was chosen here. */
  const [names, setNames] = useState<Record<string, string>>({});
  const { services, note } = useFoundServices(typed);
  const found = services.filter(({ id }) => !value.includes(id));
  const named = value.slice(0, NAMED);
  const read = useQueries({
    queries: named.map((id) => ({
      ...serviceQuery(id),
      enabled: names[id] === undefined,
      throwOnError: false,
      refetchInterval: false as const,
    })),
  });
  const take = (id: string | undefined) => {
    const one = found.find((other) => other.id === id);
    if (one === undefined) return;
    setNames((before) => ({ ...before, [one.id]: one.name }));
    onChange([...value, one.id]);
    setTyped('');
  };

  const lines = named.map((id, index) => ({
    key: id,
    name:
      names[id] ?? read[index]?.data?.name ?? (read[index]?.isError ? text.unknown : text.loading),
    standing: null,
    onRemove: () => onChange(value.filter((other) => other !== id)),
  }));

  return (
    <ChosenLines
      text={{ ...text, title, detail: text.more(value.length - named.length) }}
      lines={lines}
      most={most ?? Number.POSITIVE_INFINITY}
      errors={errors}
    >
      <Combobox
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
