/** Chooses what a service depends on, through the same search and picker as a service of its own. */
import { useState } from 'react';
import type { CatalogueEntry } from '@/api/contract';
import { toUrl } from '@/lib/paste-list';
import { shellText } from '@/lib/text/shell';
import { vendorText } from '@/lib/text/vendor';
import { vendorName } from '@/lib/vendor';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { ComponentPicker, WHOLE } from './ComponentPicker';
import type { DependencyLine } from './form-values';
import { type FoundPage, PageSearch } from './PageSearch';
import { useSearched } from './useSearched';
import { WatchBox } from './WatchBox';

const text = vendorText.depends;

interface Props {
  /** The well-known service at the host that is watched. */
  from: CatalogueEntry | null;
  most: number;
  onTake: (lines: DependencyLine[]) => void;
  onClose: () => void;
}

export default function DependencyDialog({ from, most, onTake, onClose }: Props) {
  const [typed, setTyped] = useState(from?.name ?? '');
  const [errors, setErrors] = useState<string[]>();
  const [asked, ask] = useSearched(
    from === null ? null : { address: from.status_page, vendor: from.name },
  );
  const search = () => {
    const url = toUrl(typed);
    if (url === null) setErrors([vendorText.box.notAnAddress]);
    else ask(url, null);
  };

  return (
    <Dialog title={text.dialog} closeLabel={shellText.close} onClose={onClose} sheet>
      <div className="space-y-5">
        <div className="flex items-start gap-2">
          <WatchBox
            label={text.dialog}
            hideLabel
            className="flex-1"
            value={typed}
            autoFocus={from === null}
            errors={errors}
            onChange={(value) => {
              setTyped(value);
              setErrors(undefined);
            }}
            onChoose={(entry) => {
              setTyped(entry.name);
              ask(entry.status_page, entry.name);
            }}
            onEnter={search}
          />
          <Button className="h-11" onClick={search}>
            {vendorText.box.search}
          </Button>
        </div>
        {asked !== null && (
          <PageSearch
            key={`${asked.address} ${asked.round}`}
            address={asked.address}
            round={asked.round}
          >
            {(found) => (
              <Parts
                key={found.discovery.api_urls.join()}
                found={found}
                vendor={asked.vendor}
                most={most}
                onTake={onTake}
              />
            )}
          </PageSearch>
        )}
      </div>
    </Dialog>
  );
}

interface PartsProps {
  found: FoundPage;
  vendor: string | null;
  most: number;
  onTake: (lines: DependencyLine[]) => void;
}

function Parts({ found, vendor, most, onTake }: PartsProps) {
  const { discovery } = found;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const lines = [...chosen].map((key): DependencyLine => {
    const component = discovery.components.find((one) => one.key === key);
    return {
      page_name: vendor ?? vendorName(discovery.page?.name ?? ''),
      api_urls: discovery.api_urls,
      component_key: key === WHOLE ? null : key,
      component_name: component?.name ?? null,
      status: component?.status ?? 'unknown',
    };
  });
  return (
    <>
      <ComponentPicker components={discovery.components} chosen={chosen} onChange={setChosen} />
      {lines.length > most && (
        <p role="alert" className="text-sm font-medium text-down-text">
          {text.tooMany}
        </p>
      )}
      <Button
        kind="primary"
        disabled={lines.length === 0 || lines.length > most}
        onClick={() => onTake(lines)}
      >
        {text.take(lines.length)}
      </Button>
    </>
  );
}
