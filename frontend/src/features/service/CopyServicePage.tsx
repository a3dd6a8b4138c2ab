/** Adds a service that begins as another one is; hidden header values come along without being shown. */
import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useNavigate } from 'react-router';
import type { Service, ServiceDetail } from '@/api/contract';
import { keys } from '@/api/keys';
import { createService } from '@/api/services';
import { paths } from '@/lib/paths';
import { serviceText } from '@/lib/text/service';
import { toast } from '@/ui/Toasts';
import { copyName } from './form-values';
import { FormOfService, ServiceFormPage } from './ServiceFormPage';

const text = serviceText.form;

export const CopyServicePage = () => (
  <ServiceFormPage>{(service) => <Copy key={service.id} original={service} />}</ServiceFormPage>
);

function Copy({ original }: { original: ServiceDetail }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const begun = useMemo(() => ({ ...original, name: copyName(original.name) }), [original]);
  const onSaved = (saved: Service) => {
    void client.invalidateQueries({ queryKey: keys.serviceLists });
    void client.invalidateQueries({ queryKey: keys.summary });
    toast(text.created(saved.name));
    void navigate(paths.service(saved.id), { replace: true });
  };
  return (
    <FormOfService
      service={original}
      begun={begun}
      title={text.copyTitle(original.name)}
      detail={text.copyDetail}
      submitLabel={text.create}
      save={(draft) => createService({ ...draft, service_id: original.id })}
      onSaved={onSaved}
    />
  );
}
