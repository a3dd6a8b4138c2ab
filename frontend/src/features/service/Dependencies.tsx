/** What a service depends on, each with its present state: a vendor's in its words, one's own in ours. */
import { Link } from 'react-router';
import type { Dependency, NeededService } from '@/api/contract';
import { paths } from '@/lib/paths';
import { vendorText } from '@/lib/text/vendor';
import { Panel, Section } from '@/ui/Page';
import { StatusLabel } from '@/ui/StatusGlyph';
import { PageLink } from './PageLink';
import { Level } from './VendorLevel';

const text = vendorText.depends;

interface Props {
  dependencies: readonly Dependency[];
  services: readonly NeededService[];
}

export function Dependencies({ dependencies, services }: Props) {
  if (dependencies.length + services.length === 0) return null;
  return (
    <Section title={text.title}>
      <Panel>
        <ul className="divide-y divide-line">
          {services.map(({ id, name, status }) => (
            <li
              key={id}
              className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-2 sm:px-5"
            >
              <Link to={paths.service(id)} className="min-w-0 hover:underline">
                <bdi>{name}</bdi>
              </Link>
              <StatusLabel status={status} className="text-sm" />
            </li>
          ))}
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
