/** What PulseCheck does, and how to read its signs. */
import { shellText } from '@/lib/text/shell';
import { stateText } from '@/lib/text/state';
import { PageColumn, Panel, Section, Sentence } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { StatusGlyph, wordColour } from '@/ui/StatusGlyph';

const states = ['up', 'degraded', 'down', 'unknown', 'maintenance', 'paused', 'pending'] as const;

export function AboutPage() {
  const text = shellText.aboutPage;
  return (
    <PageColumn narrow>
      <PageTitle>{shellText.about}</PageTitle>
      <Sentence>{text.sentence}</Sentence>
      <p className="mt-3 max-w-prose text-lg text-soft">{text.detail}</p>
      <Section title={text.states}>
        <Panel>
          <dl className="divide-y divide-line">
            {states.map((state) => (
              <div key={state} className="flex gap-3 px-4 py-2.5 max-sm:flex-wrap">
                <dt className="flex w-36 shrink-0 items-center gap-2.5 font-medium">
                  <StatusGlyph status={state} />
                  <span className={wordColour[state]}>{stateText.short[state]}</span>
                </dt>
                <dd className="text-soft">{text.stateWords[state]}</dd>
              </div>
            ))}
          </dl>
        </Panel>
      </Section>
      <Section title={text.bars}>
        <p className="max-w-prose text-soft">{text.barWords}</p>
      </Section>
      <Section title={text.api}>
        <p className="max-w-prose text-soft">
          {text.apiWords}{' '}
          <a href="/api/docs" className="font-medium text-accent hover:underline">
            {text.apiLink}
          </a>
        </p>
        <p className="mt-6 text-sm text-faint">{text.licence}</p>
      </Section>
    </PageColumn>
  );
}
