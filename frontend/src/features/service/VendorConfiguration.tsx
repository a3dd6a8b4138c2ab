/** How a vendor's service is watched: where it is read, how often, and what counts. */
import type { ServiceDetail, Vendor } from '@/api/contract';
import { webAddress } from '@/lib/paths';
import { serviceText } from '@/lib/text/service';
import { vendorText } from '@/lib/text/vendor';
import { date, exact } from '@/lib/time';
import { Fact, Panel, Section } from '@/ui/Page';
import { intervalWords } from './intervals';
import { PageLink } from './PageLink';

const text = vendorText.said;

export function VendorConfiguration({
  service,
  vendor,
}: {
  service: ServiceDetail;
  vendor: Vendor | null;
}) {
  const urls = service.user_defined_urls ?? service.status_page_api_urls ?? [];
  const component = vendor?.component;
  return (
    <Section title={serviceText.page.configuration}>
      <Panel>
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 p-4 text-sm sm:px-5">
          {vendor !== null && (
            <Fact label={text.page}>
              <PageLink vendor={vendor} />
            </Fact>
          )}
          {vendor?.provider != null && <Fact label={text.provider}>{vendor.provider.name}</Fact>}
          <Fact label={text.component}>
            <bdi>
              {component == null
                ? (service.component_name ?? text.whole)
                : [...component.group_path, component.name].join(' / ')}
            </bdi>
          </Fact>
          <Fact label={vendorText.form.interval}>{intervalWords(service.check_interval)}</Fact>
          {service.partial_outage_is !== null && (
            <Fact label={vendorText.form.policy}>
              {vendorText.form.policies[service.partial_outage_is]}
            </Fact>
          )}
          <Fact label={text.addresses}>
            {urls.map((url) => {
              const address = webAddress(url);
              return (
                <span key={url} className="block break-all">
                  {address === null ? (
                    url
                  ) : (
                    <a
                      href={address}
                      target="_blank"
                      rel="noreferrer noopener"
                      className="hover:text-ink hover:underline"
                    >
                      {url}
                    </a>
                  )}
                </span>
              );
            })}
          </Fact>
          <Fact label={serviceText.page.created}>
            <span title={exact(service.created_at)}>{date(service.created_at)}</span>
          </Fact>
        </dl>
      </Panel>
    </Section>
  );
}
