/** A vendor's page as a link. */
import type { Vendor } from '@/api/contract';
import { webAddress } from '@/lib/paths';
import { Icon } from '@/ui/Icon';

export function PageLink({ vendor }: { vendor: Pick<Vendor, 'page_name' | 'page_url'> }) {
  const address = webAddress(vendor.page_url);
  if (address === null) return <bdi>{vendor.page_name}</bdi>;
  return (
    <a
      href={address}
      target="_blank"
      rel="noreferrer noopener"
      className="hover:text-ink hover:underline"
    >
      <bdi>{vendor.page_name}</bdi>
      <Icon name="external" size={13} className="mb-0.5 ml-1 inline text-faint" />
    </a>
  );
}
