/** Searches an address for a status page: what it does meanwhile, what it found, or what else one can do. */
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import type { Discovery } from '@/api/contract';
import { fieldsOf, sentenceOf } from '@/api/problem';
import { discoverQuery } from '@/api/vendor';
import { webAddress } from '@/lib/paths';
import { reasonSentence } from '@/lib/reasons';
import { serviceText } from '@/lib/text/service';
import { vendorText } from '@/lib/text/vendor';
import { hostOf } from '@/lib/vendor';
import { Spinner } from '@/ui/Button';
import { DotList } from '@/ui/DotList';
import { Icon } from '@/ui/Icon';
import { Failure, Notice, Panel } from '@/ui/Page';
import { ManualUrls } from './ManualUrls';

const text = vendorText.search;
const STEP_MS = 2_500;

export interface FoundPage {
  discovery: Discovery;
  /** A person named the addresses. */
  userDefined: boolean;
}

interface Props {
  address: string;
  /** Counts searches, so that the same address can be searched again. */
  round: number;
  /** What is done with a found page. */
  children: (found: FoundPage) => ReactNode;
}

export function PageSearch({ address, round, children }: Props) {
  const search = useQuery(discoverQuery(address, round));
  const [named, setNamed] = useState<{ discovery: Discovery; ignored: string[] } | null>(null);

  if (search.isPending) return <Progress address={address} />;
  if (search.isError) {
    const wrong = fieldsOf(search.error).url ?? [];
    return (
      <Failure retry={text.retry} onRetry={() => void search.refetch()}>
        {wrong.length > 0
          ? wrong.map((reason) => reasonSentence(serviceText.form.url, reason)).join(' ')
          : sentenceOf(search.error)}
      </Failure>
    );
  }
  const found = named?.discovery ?? search.data;
  const isFound = found.api_urls.length > 0;
  return (
    <div className="space-y-5">
      {isFound ? (
        <Found discovery={found} />
      ) : (
        <>
          <Notice kind="warning">
            <p className="font-medium">{text.nothing}</p>
            <p className="text-soft">{search.data.advice?.sentence}</p>
          </Notice>
          <Evidence evidence={search.data.evidence} />
          <ManualUrls onFound={(discovery, ignored) => setNamed({ discovery, ignored })} />
        </>
      )}
      {named !== null && named.ignored.length > 0 && (
        <Notice kind="warning">{vendorText.manual.ignored(named.ignored.join(', '))}</Notice>
      )}
      {isFound && children({ discovery: found, userDefined: named !== null })}
    </div>
  );
}

/** Calm words about a search that answers once, at its end. */
function Progress({ address }: { address: string }) {
  const [step, setStep] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setStep((before) => before + 1), STEP_MS);
    return () => clearInterval(timer);
  }, []);
  const words = text.steps[Math.min(step, text.steps.length - 1)];
  return (
    <Panel className="flex items-center gap-3 px-5 py-4 text-soft">
      <Spinner />
      <p role="status">{words?.(hostOf(address) ?? address)}</p>
    </Panel>
  );
}

export function Found({ discovery }: { discovery: Discovery }) {
  const { page, provider, components, open_incidents } = discovery;
  const address = webAddress(page?.url);
  return (
    <section aria-label={text.heading}>
      <h2 className="text-xl font-semibold tracking-tight">
        <bdi>{page?.name}</bdi>
        {address !== null && (
          <a
            href={address}
            target="_blank"
            rel="noreferrer noopener"
            className="ml-2.5 text-sm font-normal text-faint hover:text-ink hover:underline"
          >
            {address.replace(/^https?:\/\/|\/$/g, '')}
            <Icon name="external" size={13} className="mb-0.5 ml-1 inline" />
          </a>
        )}
      </h2>
      <DotList className="mt-0.5 text-soft">
        {text.components(components.length)}
        {provider !== null && text.provider(provider.name)}
        {open_incidents.length > 0 && (
          <span className="text-degraded-text">{text.open(open_incidents.length)}</span>
        )}
      </DotList>
      {open_incidents.length > 0 && (
        <ul className="mt-2 space-y-0.5 text-sm text-soft">
          {open_incidents.slice(0, 3).map((incident) => (
            <li key={`${incident.name} ${incident.started_at}`}>
              <bdi>{incident.name}</bdi>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function Evidence({ evidence }: { evidence: Discovery['evidence'] }) {
  if (evidence.length === 0) return null;
  return (
    <details className="group text-sm">
      <summary className="touch inline-flex list-none items-center gap-1.5 rounded-sm text-soft select-none hover:text-ink [&::-webkit-details-marker]:hidden">
        <Icon
          name="chevronRight"
          size={14}
          className="text-faint transition-transform group-open:rotate-90"
        />
        {text.evidence}
      </summary>
      <ul className="mt-2 space-y-1 border-l border-line pl-4">
        {evidence.map(({ url, outcome }) => (
          <li key={`${url} ${outcome}`} className="break-all">
            {url} <span className="break-normal text-faint">{outcome}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
