/** Adds what is to be watched: an address of one's own, components of a vendor's page, or a whole list. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { CatalogueEntry, MonitorType, Service } from '@/api/contract';
import { keys } from '@/api/keys';
import { createService } from '@/api/services';
import { catalogueHostQuery } from '@/api/vendor';
import { isList, nameFromUrl, toUrl } from '@/lib/paste-list';
import { paths } from '@/lib/paths';
import { serviceText } from '@/lib/text/service';
import { vendorText } from '@/lib/text/vendor';
import { hostOf, looksLikeStatusPage } from '@/lib/vendor';
import { Button } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { lazyPart } from '@/ui/LazyPart';
import { PageColumn, Sentence, SkeletonRows } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { Segmented } from '@/ui/Segmented';
import { toast } from '@/ui/Toasts';
import { emptyValues } from './form-values';
import PasteList from './PasteList';
import { type AddressField, addressLine, LookButton, ServiceForm } from './ServiceForm';
import { useCategories } from './useCategories';
import { useSearched } from './useSearched';
import { WatchBox } from './WatchBox';

const VendorForm = lazyPart(
  () => import('./VendorForm'),
  <SkeletonRows rows={4} label={vendorText.form.loading} />,
);
const text = serviceText.form;
const box = vendorText.box;

export function AddServicePage() {
  const [params] = useSearchParams();
  /** What the box for a list begins with, while it is open. */
  const [pasting, setPasting] = useState<string | null>(null);
  const navigate = useNavigate();
  const client = useQueryClient();
  const categories = useCategories();
  const given = params.get('url') ?? '';
  const page = params.get('page') ?? pageToLookAt(params);
  const vendor = params.get('name');
  const [kind, setKind] = useState<MonitorType>(page === null ? 'http_ping' : 'status_page');
  const [asked, search] = useSearched(page === null ? null : { address: page, vendor });
  const initial = useMemo(() => {
    const url = toUrl(given);
    return {
      ...emptyValues(page === null ? (url ?? given) : (vendor ?? page)),
      name: url === null ? '' : nameFromUrl(url),
    };
  }, [given, page, vendor]);

  const saved = (services: readonly Service[]) => {
    void client.invalidateQueries({ queryKey: keys.serviceLists });
    void client.invalidateQueries({ queryKey: keys.summary });
    const [only, ...others] = services;
    if (only !== undefined && others.length === 0) {
      toast(text.created(only.name));
      void navigate(paths.service(only.id), { replace: true });
    } else {
      toast(vendorText.form.added(services.length));
      void navigate(paths.dashboard(), { replace: true });
    }
  };
  const cancel = () => void navigate(paths.dashboard());
  const ask = (address: string, name: string | null) => {
    setKind('status_page');
    search(address, name);
  };

  return (
    <PageColumn narrow>
      <PageTitle>{text.addTitle}</PageTitle>
      <div className="mb-7 flex flex-wrap items-center justify-between gap-3">
        <Sentence>{text.addTitle}</Sentence>
        <Button kind="quiet" size="sm" onClick={() => setPasting('')}>
          <Icon name="list" />
          {serviceText.list.open}
        </Button>
      </div>
      <ServiceForm
        initial={initial}
        categories={categories}
        submitLabel={text.create}
        lookFirst
        lookAtOnce={page === null && params.has('look') && toUrl(given) !== null}
        save={createService}
        onSaved={(service) => saved([service])}
        onCancel={cancel}
        onVendorPage={(url) => ask(url, null)}
        address={(field) => (
          <AddressBox
            field={field}
            kind={kind}
            searched={asked !== null}
            autoFocus={initial.url === ''}
            onKind={setKind}
            onSearch={ask}
            onPasteList={setPasting}
          />
        )}
        instead={
          kind === 'http_ping' ? undefined : asked === null ? (
            <p className="-mt-2 text-soft">{box.untested}</p>
          ) : (
            <VendorForm
              key={`${asked.address} ${asked.round}`}
              {...asked}
              categories={categories}
              onSaved={saved}
              onCancel={cancel}
            />
          )
        }
      />
      {pasting !== null && <PasteList initial={pasting} onClose={() => setPasting(null)} />}
    </PageColumn>
  );
}

/** An address that is to be looked at once, and is a status page: what it says is searched instead. */
function pageToLookAt(params: URLSearchParams): string | null {
  const url = params.has('look') ? toUrl(params.get('url') ?? '') : null;
  return url !== null && looksLikeStatusPage(url, undefined) ? url : null;
}

interface BoxProps {
  field: AddressField;
  kind: MonitorType;
  /** A status page was searched already. */
  searched: boolean;
  autoFocus: boolean;
  onKind: (kind: MonitorType) => void;
  onSearch: (address: string, vendor: string | null) => void;
  /** A whole list was pasted into the box. */
  onPasteList: (pasted: string) => void;
}

function AddressBox({ field, kind, searched, autoFocus, onKind, onSearch, onPasteList }: BoxProps) {
  const [refused, setRefused] = useState(false);
  // Once somebody has chosen the kind, addresses do not choose it any more.
  const [isKindChosen, setKindChosen] = useState(false);
  const url = toUrl(field.value);
  const host = url === null ? null : hostOf(url);
  const { data } = useQuery({
    ...catalogueHostQuery(host ?? ''),
    enabled: host?.includes('.') === true,
  });
  const known = host === null ? undefined : data?.[0];
  const isPage = url !== null && looksLikeStatusPage(url, known);
  const asPage = kind === 'status_page' || (isPage && !isKindChosen);

  const choose = (entry: CatalogueEntry) => {
    setRefused(false);
    if (isKindChosen && kind === 'http_ping') field.onChange(entry.home);
    else {
      field.onChange(entry.name);
      onSearch(entry.status_page, entry.name);
    }
  };
  const go = () => {
    if (url === null) setRefused(true);
    else if (asPage) onSearch(url, isPage ? (known?.name ?? null) : null);
    else field.onLook();
  };

  return (
    <div className="space-y-3">
      <div className={addressLine}>
        <WatchBox
          className="sm:flex-1"
          value={field.value}
          autoFocus={autoFocus}
          hint={box.hint}
          errors={refused ? [box.notAnAddress] : kind === 'http_ping' ? field.errors : undefined}
          onChange={(value) => {
            setRefused(false);
            field.onChange(value);
          }}
          onChoose={choose}
          onEnter={go}
          onPasteText={(pasted) => {
            if (!isList(pasted)) return false;
            onPasteList(pasted);
            return true;
          }}
        />
        {asPage ? (
          <LookButton
            label={searched ? box.searchAgain : box.search}
            primary={!searched}
            busy={false}
            onLook={go}
          />
        ) : (
          <LookButton {...field.button} onLook={go} />
        )}
      </div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Segmented
          label={box.kind}
          value={kind}
          options={(['http_ping', 'status_page'] as const).map((value) => ({
            value,
            label: box.kinds[value],
          }))}
          onChange={(value) => {
            setKindChosen(true);
            onKind(value);
          }}
        />
        {kind === 'http_ping' && known !== undefined && !isPage && (
          <p className="text-sm text-soft">
            {box.isPage(known.name)}{' '}
            <button
              type="button"
              className="touch rounded-sm font-medium text-accent hover:underline"
              onClick={() => {
                field.onChange(known.name);
                onSearch(known.status_page, known.name);
              }}
            >
              {box.usePage}
            </button>
          </p>
        )}
      </div>
    </div>
  );
}
