/** How the installation itself is: for those who operate it. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { sentenceOf } from '@/api/problem';
import { type System, systemQuery } from '@/api/system';
import { useLastError } from '@/api/useLastError';
import { bytes, integer, milliseconds, rate } from '@/lib/numbers';
import { type Figures, figuresOf, systemWord, together } from '@/lib/system';
import { shellText } from '@/lib/text/shell';
import { systemText as text } from '@/lib/text/system';
import { byServer } from '@/lib/time';
import { Fact, Failure, PageColumn, Section, Sentence, SkeletonRows } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { RelativeTime } from '@/ui/RelativeTime';
import { StatusGlyph } from '@/ui/StatusGlyph';
import { Workers } from './Workers';

export function SystemPage() {
  const read = useQuery(systemQuery());
  const { data: system, refetch, dataUpdatedAt } = read;
  const error = useLastError(read);
  return (
    <PageColumn narrow>
      <PageTitle>{text.title}</PageTitle>
      {system === undefined ? (
        <>
          <Sentence>{text.title}</Sentence>
          <div className="mt-8">
            {error === null ? (
              <SkeletonRows rows={5} label={shellText.loading} />
            ) : (
              <Failure retry={shellText.retry} onRetry={() => void refetch()}>
                {text.listError} {sentenceOf(error)}
              </Failure>
            )}
          </div>
        </>
      ) : (
        <Health system={system} fetchedAt={dataUpdatedAt} />
      )}
    </PageColumn>
  );
}

function Health({ system, fetchedAt }: { system: System; fetchedAt: number }) {
  const { load, database } = system;
  const signs = system.workers.map(({ live, figures }) => ({ live, figures: figuresOf(figures) }));
  const word = systemWord(signs, load.services, system.cache_reachable);
  const all = together(signs);
  return (
    <>
      <div className="flex items-start gap-4">
        <StatusGlyph status={word.status} size={26} className="mt-1.5 max-sm:mt-1 max-sm:size-5" />
        <div className="min-w-0">
          <Sentence>{word.sentence}</Sentence>
          {word.detail !== null && (
            <p className="mt-2 max-w-prose text-lg text-soft">{word.detail}</p>
          )}
          {load.room_for_services !== null && (
            <p className="mt-2 text-lg text-soft">{roomWords(load.room_for_services)}</p>
          )}
          <p className="figures mt-1.5 text-sm text-faint">
            {text.updated} <RelativeTime at={byServer(fetchedAt)} />
          </p>
        </div>
      </div>
      <Schedule load={load} all={all} looking={signs.some(({ live }) => live)} />
      <Workers workers={system.workers} />
      <Section title={text.storage}>
        <dl className="grid max-w-prose grid-cols-[11rem_minmax(0,1fr)] gap-x-6 gap-y-2">
          <Fact label={text.database}>{bytes(database.size)}</Fact>
          <Fact label={text.checks}>{bytes(database.checks_size)}</Fact>
          <Fact label={text.checkDays}>{integer(database.check_days)}</Fact>
          <Fact label={text.spool}>{integer(all.spool)}</Fact>
          <Fact label={text.refused}>
            {integer(database.refused_looks)}
            {database.refused_looks > 0 && (
              <span className="text-faint"> · {text.refusedHint}</span>
            )}
          </Fact>
          <Fact label={text.cache}>
            {system.cache_reachable ? text.cacheWorks : text.cacheAway}
          </Fact>
          <Fact label={text.version}>{system.version}</Fact>
        </dl>
      </Section>
    </>
  );
}

const roomWords = (services: number): string =>
  services > 0 ? text.room(integer(services)) : text.noRoom;

function Schedule({
  load,
  all,
  looking,
}: {
  load: System['load'];
  all: Figures;
  looking: boolean;
}) {
  return (
    <Section title={text.schedule}>
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-4">
        <Figure label={text.lag} hint={text.lagHint}>
          {milliseconds(looking ? all.latestStartMs : null)}
        </Figure>
        <Figure label={text.missed} hint={text.missedHint}>
          {looking ? integer(all.missed) : '–'}
        </Figure>
        <Figure label={text.load} hint={text.loadHint(integer(load.services))}>
          {rate(load.looks_per_second)}
        </Figure>
        <Figure label={text.waiting} hint={text.waitingHint(integer(all.underWay))}>
          {integer(all.waiting)}
        </Figure>
      </dl>
    </Section>
  );
}

function Figure({ label, hint, children }: { label: string; hint: string; children: ReactNode }) {
  return (
    <div className="bg-surface px-4 py-3">
      <dt className="text-sm text-soft">{label}</dt>
      <dd>
        <span className="figures block text-2xl font-semibold">{children}</span>
        <span className="text-sm text-faint">{hint}</span>
      </dd>
    </div>
  );
}
