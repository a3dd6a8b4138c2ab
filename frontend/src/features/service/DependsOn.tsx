/** Which vendors' components a service of one's own depends on, so that an incident can say: it is them. */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import type { CatalogueEntry } from '@/api/contract';
import { catalogueHostQuery } from '@/api/vendor';
import { reasonSentence } from '@/lib/reasons';
import { vendorText } from '@/lib/text/vendor';
import { hostOf } from '@/lib/vendor';
import { Button, IconButton } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { Panel, PartLoading } from '@/ui/Page';
import { type DependencyLine, joinDependencies } from './form-values';
import { Level } from './VendorLevel';

const DependencyDialog = lazy(() => import('./DependencyDialog'));
const text = vendorText.depends;
const MOST = 10;

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

  return (
    <fieldset className="min-w-0">
      <legend className="text-sm font-medium">{text.title}</legend>
      <p className="mb-2 text-sm text-faint">{text.detail}</p>
      {value.length > 0 && (
        <Panel className="mb-2">
          <ul className="divide-y divide-line">
            {value.map((line) => (
              <li
                key={JSON.stringify([line.api_urls, line.component_key])}
                className="flex min-h-10 items-center gap-3 pr-1 pl-4"
              >
                <span className="min-w-0 flex-1 truncate">
                  <bdi>{nameOf(line)}</bdi>
                </span>
                <Level word={line.status} />
                <IconButton
                  label={text.remove(nameOf(line))}
                  onClick={() => onChange(value.filter((one) => one !== line))}
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
      )}
      {asking !== null && (
        <Suspense fallback={<PartLoading />}>
          <DependencyDialog
            from={asking.from}
            most={MOST - value.length}
            onClose={() => setAsking(null)}
            onTake={(lines) => {
              onChange(joinDependencies(value, lines).slice(0, MOST));
              setAsking(null);
            }}
          />
        </Suspense>
      )}
    </fieldset>
  );
}
