/** Chooses one service out of any number: the server searches while one types. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { serviceQuery, serviceSearchQuery } from '@/api/services';
import { incidentText } from '@/lib/text/incident';
import { shellText } from '@/lib/text/shell';
import { IconButton } from '@/ui/Button';
import { Combobox } from '@/ui/Combobox';
import { Icon } from '@/ui/Icon';
import { useSettled } from '@/ui/useSettled';

const text = incidentText.filter;
const TYPING_MS = 150;

interface Props {
  /** The id of the chosen service; empty for all. */
  value: string;
  onChange: (id: string) => void;
}

export function ServiceFilter({ value, onChange }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const chosen = useQuery({
    ...serviceQuery(value),
    enabled: value !== '',
    throwOnError: false,
    retry: false,
  });
  const q = useSettled((typed ?? '').trim(), TYPING_MS);
  const found = useQuery({
    ...serviceSearchQuery(q),
    enabled: typed !== null,
    placeholderData: keepPreviousData,
  });
  const name = value === '' ? '' : (chosen.data?.name ?? text.oneService);
  const services = found.data ?? [];
  // What is found must be what is typed, and leave nothing to choose.
  const isFound = q === typed?.trim() && !found.isPlaceholderData && services.length === 1;
  const only = isFound ? services[0] : undefined;
  const clear = () => {
    setTyped(null);
    onChange('');
  };

  return (
    <div className="relative w-64 max-sm:w-full">
      <Combobox
        label={text.service}
        hideLabel
        size="md"
        listLabel={text.services}
        announce={text.found}
        placeholder={text.allServices}
        value={typed ?? name}
        options={services.map((service) => ({
          key: service.id,
          label: service.name,
          detail: service.category ?? '',
        }))}
        onFocus={() => setTyped((before) => before ?? '')}
        onBlur={() => setTyped(null)}
        onChange={setTyped}
        onChoose={(id) => {
          setTyped(null);
          onChange(id);
        }}
        onEnter={() => {
          if (typed === '') clear();
          else if (only !== undefined) {
            setTyped(null);
            onChange(only.id);
          }
        }}
      />
      {value !== '' && typed === null && (
        <IconButton
          label={text.allServices}
          title={shellText.close}
          onClick={clear}
          className="absolute! top-0.5 right-0.5"
        >
          <Icon name="close" size={14} />
        </IconButton>
      )}
    </div>
  );
}
