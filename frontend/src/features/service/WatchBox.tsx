/** One box for what to watch: an address, or the name of a well-known service that is offered while typing. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { CatalogueEntry } from '@/api/contract';
import { catalogueQuery } from '@/api/vendor';
import { vendorText } from '@/lib/text/vendor';
import { Combobox } from '@/ui/Combobox';
import { useSettled } from '@/ui/useSettled';

const text = vendorText.box;
const TYPING_MS = 120;
const SHORTEST = 2;

interface Props {
  value: string;
  label?: string;
  hideLabel?: boolean;
  hint?: string;
  errors?: readonly string[] | undefined;
  autoFocus?: boolean;
  className?: string;
  onChange: (value: string) => void;
  onChoose: (entry: CatalogueEntry) => void;
  onEnter: () => void;
  onPasteText?: (pasted: string) => boolean;
}

export function WatchBox({ value, label = text.label, onChoose, onEnter, ...rest }: Props) {
  // What stands there from the beginning was not typed, so nothing is offered for it.
  const [initial] = useState(value);
  const query = useSettled(value.trim(), TYPING_MS);
  const asked = query.length >= SHORTEST && value !== initial;
  const { data } = useQuery({ ...catalogueQuery(query), enabled: asked });
  const entries = asked && value.trim().length >= SHORTEST ? (data ?? []) : [];
  const exact = entries.find(({ name }) => name.toLowerCase() === value.trim().toLowerCase());

  return (
    <Combobox
      {...rest}
      label={label}
      listLabel={text.options}
      announce={text.found}
      placeholder={text.placeholder}
      value={value}
      options={entries.map((entry) => ({
        key: entry.status_page,
        label: entry.name,
        detail: entry.status_page.replace(/^https?:\/\/|\/$/g, ''),
      }))}
      onChoose={(key) => {
        const entry = entries.find(({ status_page }) => status_page === key);
        if (entry !== undefined) onChoose(entry);
      }}
      onEnter={() => (exact === undefined ? onEnter() : onChoose(exact))}
    />
  );
}
