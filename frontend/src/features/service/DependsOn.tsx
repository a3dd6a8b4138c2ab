/** Which vendors' components a service of one's own depends on, so that an incident can say: it is them. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { CatalogueEntry } from '@/api/contract';
import { catalogueHostQuery } from '@/api/vendor';
import { vendorText } from '@/lib/text/vendor';
import { hostOf } from '@/lib/vendor';
import { Button } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { lazyDialog } from '@/ui/LazyPart';
import { ChosenLines, MOST_LINES } from './ChosenLines';
import { type DependencyLine, joinDependencies } from './form-values';
import { Level } from './VendorLevel';

const DependencyDialog = lazyDialog(() => import('./DependencyDialog'));
const text = vendorText.depends;

interface Props {
  /** Of the service itself, null while it is none. */
  url: string | null;
  value: readonly DependencyLine[];
  errors: readonly string[] | undefined;
  onChange: (value: DependencyLine[]) => void;
}

const nameOf = (line: DependencyLine): string =>
  `${line.page_name} · ${line.component_name ?? text.whole}`;

export function DependsOn({ url, value, errors, onChange }: Props) {
  const [asking, setAsking] = useState<{ from: CatalogueEntry | null } | null>(null);
  const host = url === null ? null : hostOf(url);
  const { data } = useQuery({
    ...catalogueHostQuery(host ?? ''),
    enabled: host?.includes('.') === true,
  });
  const known = host === null ? undefined : data?.[0];

  const lines = value.map((line) => ({
    key: JSON.stringify([line.api_urls, line.component_key]),
    name: nameOf(line),
    standing: <Level word={line.status} />,
    onRemove: () => onChange(value.filter((one) => one !== line)),
  }));

  return (
    <>
      <ChosenLines text={text} lines={lines} errors={errors}>
        <div className="flex flex-wrap items-center gap-2">
          {known !== undefined && (
            <Button size="sm" onClick={() => setAsking({ from: known })}>
              <Icon name="plus" />
              {text.addSuggested(known.name)}
            </Button>
          )}
          <Button
            size="sm"
            kind={known === undefined ? 'secondary' : 'quiet'}
            onClick={() => setAsking({ from: null })}
          >
            <Icon name="plus" />
            {text.add}
          </Button>
        </div>
      </ChosenLines>
      {asking !== null && (
        <DependencyDialog
          from={asking.from}
          most={MOST_LINES - value.length}
          onClose={() => setAsking(null)}
          onTake={(lines) => {
            onChange(joinDependencies(value, lines).slice(0, MOST_LINES));
            setAsking(null);
          }}
        />
      )}
    </>
  );
}
