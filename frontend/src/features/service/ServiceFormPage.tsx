/** The page around the form of a service that is there already: to change it, or to begin another one as it is. */
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import type { Service, ServiceDetail, ServiceDraft } from '@/api/contract';
import { sentenceOf } from '@/api/problem';
import { serviceQuery } from '@/api/services';
import { fromNow, useFirstAnswer } from '@/features/form/useFirstAnswer';
import { paths } from '@/lib/paths';
import { shellText } from '@/lib/text/shell';
import { backLinkClass } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { lazyPart } from '@/ui/LazyPart';
import { Failure, PageColumn, Sentence, SkeletonRows } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { valuesOf } from './form-values';
import { ServiceForm } from './ServiceForm';
import { useCategories } from './useCategories';

const loading = <SkeletonRows rows={4} label={shellText.loading} />;
const VendorEditor = lazyPart(() => import('./VendorEditor'), loading);

/** Reads the service of the address once. */
export function ServiceFormPage({ children }: { children: (service: ServiceDetail) => ReactNode }) {
  const { id = '' } = useParams();
  const read = useQuery({ ...serviceQuery(id), ...fromNow });
  const { first: service, error, retry } = useFirstAnswer(read, id);
  return (
    <PageColumn narrow>
      {service !== undefined ? (
        children(service)
      ) : error === null ? (
        loading
      ) : (
        <Failure retry={shellText.retry} onRetry={retry}>
          {sentenceOf(error)}
        </Failure>
      )}
    </PageColumn>
  );
}

interface Props {
  /** The one that the form is about. */
  service: ServiceDetail;
  /** What the form begins with. */
  begun: ServiceDetail;
  title: string;
  detail?: string;
  submitLabel: string;
  save: (draft: ServiceDraft) => Promise<Service>;
  onSaved: (saved: Service) => void;
}

export function FormOfService({ service, begun, title, detail, ...rest }: Props) {
  const navigate = useNavigate();
  const categories = useCategories();
  const initial = useMemo(() => valuesOf(begun), [begun]);
  const common = {
    ...rest,
    categories,
    onCancel: () => void navigate(paths.service(service.id)),
  };
  return (
    <>
      <PageTitle>{title}</PageTitle>
      <Link to={paths.service(service.id)} className={backLinkClass}>
        <Icon name="arrowLeft" size={14} />
        <bdi className="truncate">{service.name}</bdi>
      </Link>
      <Sentence>{title}</Sentence>
      {detail !== undefined && <p className="mt-2 max-w-prose text-soft">{detail}</p>}
      <div className="mt-7">
        {service.monitor_type === 'status_page' ? (
          <VendorEditor service={begun} {...common} />
        ) : (
          <ServiceForm
            initial={initial}
            serviceId={service.id}
            onVendorPage={(url) => void navigate(paths.followPage(url, service.name))}
            {...common}
          />
        )}
      </div>
    </>
  );
}
