/** Chooses services by name out of any number; the chosen ones stand as lines. */
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { serviceQuery } from '@/api/services';
import { serviceText } from '@/lib/text/service';
import { ChosenLines } from './ChosenLines';
import { FindService } from './FindService';

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
  /** Names of what was chosen here. */
  const [names, setNames] = useState<Record<string, string>>({});
  const named = value.slice(0, NAMED);
  const read = useQueries({
    queries: named.map((id) => ({
      ...serviceQuery(id),
      enabled: names[id] === undefined,
      throwOnError: false,
      refetchInterval: false as const,
    })),
  });
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
      <FindService
        text={text}
        isTaken={(id) => value.includes(id)}
        onTake={({ id, name }) => {
          setNames((before) => ({ ...before, [id]: name }));
          onChange([...value, id]);
        }}
      />
    </ChosenLines>
  );
}
