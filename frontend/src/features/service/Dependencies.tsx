/** What a service depends on, each with its present state in its vendor's words. */
import type { Dependency } from '@/api/contract';
import { vendorText } from '@/lib/text/vendor';
import { Panel, Section } from '@/ui/Page';
import { PageLink } from './PageLink';
import { Level } from './VendorLevel';

const text = vendorText.depends;

export function Dependencies({ dependencies }: { dependencies: readonly Dependency[] }) {
  if (dependencies.length === 0) return null;
  return (
    <Section title={text.title}>
      <Panel>
        <ul className="divide-y divide-line">
          {dependencies.map((dependency) => (
            <li
              key={JSON.stringify([dependency.api_urls, dependency.component_key])}
              className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-2 sm:px-5"
            >
              <span className="min-w-0">
                <PageLink vendor={dependency} />
                <span className="text-faint"> · </span>
                <bdi>{dependency.component_name ?? text.whole}</bdi>
              </span>
              <Level word={dependency.status} />
            </li>
          ))}
        </ul>
      </Panel>
    </Section>
  );
}
