/** Edits a service. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import type { Service, ServiceDetail } from '@/api/contract';
import { keys } from '@/api/keys';
import { updateService } from '@/api/services';
import { paths } from '@/lib/paths';
import { serviceText } from '@/lib/text/service';
import { toast } from '@/ui/Toasts';
import { FormOfService, ServiceFormPage } from './ServiceFormPage';

const text = serviceText.form;

export const EditServicePage = () => (
  <ServiceFormPage>{(service) => <Editor key={service.id} service={service} />}</ServiceFormPage>
);

function Editor({ service }: { service: ServiceDetail }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const onSaved = (saved: Service & { etag?: string | null }) => {
    client.setQueryData<ServiceDetail>(keys.service(saved.id), (known) =>
      known === undefined ? known : { ...known, ...saved },
    );
    void client.invalidateQueries({ queryKey: keys.services });
    toast(text.updated(saved.name));
    void navigate(paths.service(saved.id), { replace: true });
  };
  return (
    <FormOfService
      service={service}
      begun={service}
      title={text.editTitle(service.name)}
      submitLabel={text.update}
      save={(draft) => updateService(service.id, draft, service.etag)}
      onSaved={onSaved}
    />
  );
}
