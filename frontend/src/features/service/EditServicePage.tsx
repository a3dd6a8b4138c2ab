/** Edits a service. */
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import type { Service, ServiceDetail, ServiceDraft } from '@/api/contract';
import { keys } from '@/api/keys';
import { updateService } from '@/api/services';
import { paths } from '@/lib/paths';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { backLinkClass } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { PageColumn, Sentence, SkeletonRows } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { toast } from '@/ui/Toasts';
import { valuesOf } from './form-values';
import { ServiceForm } from './ServiceForm';
import { useCategories } from './useCategories';
import { useFirstAnswer } from './useFirstAnswer';

const VendorEditor = lazy(() => import('./VendorEditor'));
const text = serviceText.form;

export function EditServicePage() {
  const { id = '' } = useParams();
  const first = useFirstAnswer(id);
  return (
    <PageColumn narrow>
      {first === undefined ? (
        <SkeletonRows rows={4} label={shellText.loading} />
      ) : (
        <Editor key={first.id} service={first} />
      )}
    </PageColumn>
  );
}

function Editor({ service }: { service: ServiceDetail }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const categories = useCategories();
  const initial = useMemo(() => valuesOf(service), [service]);
  const onSaved = (saved: Service & { etag?: string | null }) => {
    client.setQueryData<ServiceDetail>(keys.service(saved.id), (known) =>
      known === undefined ? known : { ...known, ...saved },
    );
    void client.invalidateQueries({ queryKey: keys.services });
    toast(text.updated(saved.name));
    void navigate(paths.service(saved.id), { replace: true });
  };
  const common = {
    categories,
    submitLabel: text.update,
    save: (draft: ServiceDraft) => updateService(service.id, draft, service.etag),
    onSaved,
    onCancel: () => void navigate(paths.service(service.id)),
  };
  return (
    <>
      <PageTitle>{text.editTitle(service.name)}</PageTitle>
      <Link to={paths.service(service.id)} className={backLinkClass}>
        <Icon name="arrowLeft" size={14} />
        <bdi className="truncate">{service.name}</bdi>
      </Link>
      <Sentence className="mb-7">{text.editTitle(service.name)}</Sentence>
      {service.monitor_type === 'status_page' ? (
        <Suspense fallback={<SkeletonRows rows={4} label={shellText.loading} />}>
          <VendorEditor service={service} {...common} />
        </Suspense>
      ) : (
        <ServiceForm
          initial={initial}
          serviceId={service.id}
          onVendorPage={(url) => void navigate(paths.followPage(url, service.name))}
          {...common}
        />
      )}
    </>
  );
}
