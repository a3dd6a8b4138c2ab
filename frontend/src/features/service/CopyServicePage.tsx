/** Adds a service that begins as another one is; hidden header values come along without being shown. */
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import type { Service, ServiceDetail, ServiceDraft } from '@/api/contract';
import { keys } from '@/api/keys';
import { createService } from '@/api/services';
import { paths } from '@/lib/paths';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { backLinkClass } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { PageColumn, Sentence, SkeletonRows } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { toast } from '@/ui/Toasts';
import { copyName, valuesOf } from './form-values';
import { ServiceForm } from './ServiceForm';
import { useCategories } from './useCategories';
import { useFirstAnswer } from './useFirstAnswer';

const VendorEditor = lazy(() => import('./VendorEditor'));
const text = serviceText.form;

export function CopyServicePage() {
  const { id = '' } = useParams();
  const first = useFirstAnswer(id);
  return (
    <PageColumn narrow>
      {first === undefined ? (
        <SkeletonRows rows={4} label={shellText.loading} />
      ) : (
        <Copy key={first.id} original={first} />
      )}
    </PageColumn>
  );
}

function Copy({ original }: { original: ServiceDetail }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const categories = useCategories();
  const begun = useMemo(() => ({ ...original, name: copyName(original.name) }), [original]);
  const initial = useMemo(() => valuesOf(begun), [begun]);
  const onSaved = (saved: Service) => {
    void client.invalidateQueries({ queryKey: keys.serviceLists });
    void client.invalidateQueries({ queryKey: keys.summary });
    toast(text.created(saved.name));
    void navigate(paths.service(saved.id), { replace: true });
  };
  const common = {
    categories,
    submitLabel: text.create,
    save: (draft: ServiceDraft) => createService({ ...draft, service_id: original.id }),
    onSaved,
    onCancel: () => void navigate(paths.service(original.id)),
  };
  return (
    <>
      <PageTitle>{text.copyTitle(original.name)}</PageTitle>
      <Link to={paths.service(original.id)} className={backLinkClass}>
        <Icon name="arrowLeft" size={14} />
        <bdi className="truncate">{original.name}</bdi>
      </Link>
      <Sentence className="mb-2">{text.copyTitle(original.name)}</Sentence>
      <p className="mb-7 max-w-prose text-soft">{text.copyDetail}</p>
      {original.monitor_type === 'status_page' ? (
        <Suspense fallback={<SkeletonRows rows={4} label={shellText.loading} />}>
          <VendorEditor service={begun} {...common} />
        </Suspense>
      ) : (
        <ServiceForm
          initial={initial}
          serviceId={original.id}
          onVendorPage={(url) => void navigate(paths.followPage(url, original.name))}
          {...common}
        />
      )}
    </>
  );
}
