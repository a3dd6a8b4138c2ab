/** Edits a service. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import type { Service, ServiceDetail, ServiceDraft } from '@/api/contract';
import { keys } from '@/api/keys';
import { serviceQuery, updateService } from '@/api/services';
import { paths } from '@/lib/paths';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { PageColumn, Sentence, SkeletonRows } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { toast } from '@/ui/Toasts';
import { valuesOf } from './form-values';
import { ServiceForm } from './ServiceForm';
import { useCategories } from './useCategories';

const VendorEditor = lazy(() => import('./VendorEditor'));
const text = serviceText.form;

export function EditServicePage() {
  const { id = '' } = useParams();
  // Live changes must not overwrite what is being typed: the form starts from one answer.
  const { data, isFetchedAfterMount } = useQuery({
    ...serviceQuery(id),
    refetchInterval: false,
    staleTime: 0,
  });
  return (
    <PageColumn narrow>
      {data === undefined || !isFetchedAfterMount ? (
        <SkeletonRows rows={4} label={shellText.loading} />
      ) : (
        <Editor key={data.id} service={data} />
      )}
    </PageColumn>
  );
}

function Editor({ service }: { service: ServiceDetail }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const categories = useCategories();
  // Deliberately only the first answer: what is edited is that version.
  const [first] = useState(service);
  const initial = useMemo(() => valuesOf(first), [first]);
  const { etag } = first;
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
    save: (draft: ServiceDraft) => updateService(service.id, draft, etag),
    onSaved,
    onCancel: () => void navigate(paths.service(service.id)),
  };
  return (
    <>
      <PageTitle>{text.editTitle(service.name)}</PageTitle>
      <Sentence className="mb-7">{text.editTitle(service.name)}</Sentence>
      {first.monitor_type === 'status_page' ? (
        <Suspense fallback={<SkeletonRows rows={4} label={shellText.loading} />}>
          <VendorEditor service={first} {...common} />
        </Suspense>
      ) : (
        <ServiceForm
          initial={initial}
          serviceId={service.id}
          submitLabel={text.update}
          {...common}
        />
      )}
    </>
  );
}
