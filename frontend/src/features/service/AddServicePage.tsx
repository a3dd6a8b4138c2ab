/** Adds one service, or opens the box for a whole list. */
import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { keys } from '@/api/keys';
import { createService } from '@/api/services';
import { nameFromUrl, toUrl } from '@/lib/paste-list';
import { paths } from '@/lib/paths';
import { serviceText } from '@/lib/text/service';
import { Button } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { PageColumn, Sentence } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { toast } from '@/ui/Toasts';
import { emptyValues } from './form-values';
import { PasteList } from './PasteList';
import { ServiceForm } from './ServiceForm';
import { useCategories } from './useCategories';

const text = serviceText.form;

export function AddServicePage() {
  const [search] = useSearchParams();
  const [pasting, setPasting] = useState(false);
  const navigate = useNavigate();
  const client = useQueryClient();
  const categories = useCategories();
  const given = search.get('url') ?? '';
  const initial = useMemo(() => {
    const url = toUrl(given);
    return { ...emptyValues(url ?? given), name: url === null ? '' : nameFromUrl(url) };
  }, [given]);

  return (
    <PageColumn narrow>
      <PageTitle>{text.addTitle}</PageTitle>
      <div className="mb-7 flex flex-wrap items-center justify-between gap-3">
        <Sentence>{text.addTitle}</Sentence>
        <Button kind="quiet" size="sm" onClick={() => setPasting(true)}>
          <Icon name="list" />
          {serviceText.list.open}
        </Button>
      </div>
      <ServiceForm
        initial={initial}
        categories={categories}
        submitLabel={text.create}
        lookFirst
        lookAtOnce={search.has('look') && toUrl(given) !== null}
        save={createService}
        onSaved={(service) => {
          void client.invalidateQueries({ queryKey: keys.serviceLists });
          void client.invalidateQueries({ queryKey: keys.summary });
          toast(text.created(service.name));
          void navigate(paths.service(service.id), { replace: true });
        }}
        onCancel={() => void navigate(paths.dashboard())}
      />
      {pasting && <PasteList onClose={() => setPasting(false)} />}
    </PageColumn>
  );
}
