/** What stands in the form of a vendor's service, and how it becomes requests. */
import type { Discovery, Service, ServiceDetail, ServiceDraft, Severity } from '@/api/contract';
import { serviceName, vendorName } from '@/lib/vendor';
import { WHOLE } from './ComponentPicker';
import { tagsOf } from './form-values';

/** No vendor's page is read more often, in seconds. */
export const SHORTEST_INTERVAL = 60;

export interface VendorValues {
  /** Typed for a single service; empty: made from vendor and component. */
  name: string;
  category: string;
  tags: string;
  check_interval: string;
  partial_outage_is: Severity;
}

export const emptyVendorValues: VendorValues = {
  name: '',
  category: '',
  tags: '',
  check_interval: String(SHORTEST_INTERVAL),
  partial_outage_is: 'down',
};

export const vendorValuesOf = (service: ServiceDetail): VendorValues => ({
  name: service.name,
  category: service.category ?? '',
  tags: service.tags.join(', '),
  check_interval: String(service.check_interval),
  partial_outage_is: service.partial_outage_is ?? 'down',
});

/** Vendor · Component, for a chosen key. `known` is the catalogue's name for the vendor. */
export function nameFor(key: string, discovery: Discovery, known: string | null): string {
  const { page, provider, components } = discovery;
  const vendor = known ?? vendorName(page?.name ?? provider?.name ?? '');
  return serviceName(vendor, components.find((one) => one.key === key) ?? null, components);
}

/** Which part of which page is followed. */
export function targetOf(
  key: string,
  discovery: Pick<Discovery, 'api_urls' | 'components'>,
  userDefined: boolean,
): ServiceDraft {
  const component = discovery.components.find((one) => one.key === key);
  return {
    monitor_type: 'status_page',
    ...(userDefined
      ? { user_defined_urls: discovery.api_urls }
      : { status_page_api_urls: discovery.api_urls }),
    component_key: key === WHOLE ? null : key,
    component_name: component?.name ?? null,
  };
}

export const commonOf = (values: VendorValues): ServiceDraft => ({
  category: values.category.trim() === '' ? null : values.category.trim(),
  tags: tagsOf(values.tags),
  check_interval: Number(values.check_interval),
  partial_outage_is: values.partial_outage_is,
});

/** What was followed is no longer on the page. */
export const isGone = (service: Pick<Service, 'current_status' | 'vendor'>): boolean =>
  service.current_status.reason?.code === 'component_missing' ||
  (service.vendor?.suggestions.length ?? 0) > 0;
