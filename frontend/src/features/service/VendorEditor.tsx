/** Edits a vendor's service: its component, where that is read, interval, policy, category and name. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Service, ServiceDetail, ServiceDraft } from '@/api/contract';
import { type FieldErrors, sentenceOf } from '@/api/problem';
import { readUrlsQuery } from '@/api/vendor';
import { useLeaveGuard } from '@/features/form/useLeaveGuard';
import { toUrl } from '@/lib/paste-list';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { vendorText } from '@/lib/text/vendor';
import { Button, Spinner } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Icon } from '@/ui/Icon';
import { Failure, Panel } from '@/ui/Page';
import { ChangedElsewhere } from './ChangedElsewhere';
import { ComponentPicker, WHOLE } from './ComponentPicker';
import { type Refusal, refusalOf } from './form-refusal';
import { useInterval } from './intervals';
import { type FoundPage, PageSearch } from './PageSearch';
import { VendorFields } from './VendorFields';
import { commonOf, isGone, SHORTEST_INTERVAL, targetOf, vendorValuesOf } from './vendor-values';

const text = vendorText.form;

interface Props {
  service: ServiceDetail;
  categories: readonly string[];
  submitLabel: string;
  save: (draft: ServiceDraft) => Promise<Service>;
  onSaved: (service: Service) => void;
  onCancel: () => void;
}

/** Another component than the saved one, perhaps of another page. */
interface Choice {
  key: string;
  found: FoundPage;
}

export default function VendorEditor({
  service,
  categories,
  submitLabel,
  save,
  onSaved,
  onCancel,
}: Props) {
  const [initial] = useState(() => vendorValuesOf(service));
  const [values, setValues] = useState(initial);
  const interval = useInterval(Number(values.check_interval), {
    shortest: SHORTEST_INTERVAL,
    kept: service.check_interval,
  });
  const [choice, setChoice] = useState<Choice | null>(null);
  const [choosing, setChoosing] = useState(isGone(service));
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const dirty = choice !== null || JSON.stringify(values) !== JSON.stringify(initial);
  const { unlock } = useLeaveGuard(dirty);
  const saving = useMutation({
    mutationFn: save,
    onError: (error) => setRefusal(refusalOf(error)),
    onSuccess: (saved) => {
      unlock();
      onSaved(saved);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (saving.isPending) return;
    setRefusal(null);
    saving.mutate({
      ...commonOf(values),
      check_interval: interval.chosen,
      ...(choice === null
        ? {}
        : targetOf(choice.key, choice.found.discovery, choice.found.userDefined)),
      name: values.name.trim(),
    });
  };
  const errors: FieldErrors = refusal?.fields ?? {};
  const component = service.vendor?.component?.name ?? service.component_name;

  return (
    <form onSubmit={submit} noValidate className="space-y-6">
      {refusal !== null && <ChangedElsewhere refusal={refusal} onReload={unlock} />}
      <VendorFields
        values={values}
        interval={interval}
        errors={errors}
        categories={categories}
        onChange={(part) => setValues((before) => ({ ...before, ...part }))}
      >
        <TextField
          label={text.name}
          maxLength={200}
          required
          value={values.name}
          errors={errors.name}
          onChange={(event) => setValues({ ...values, name: event.target.value })}
        />
      </VendorFields>
      <fieldset className="min-w-0">
        <legend className="mb-1.5 text-sm font-medium">{text.component}</legend>
        <Panel className="flex flex-wrap items-center justify-between gap-3 px-4 py-2.5">
          <span className="min-w-0">
            <bdi>{chosenName(choice) ?? component ?? vendorText.picker.whole}</bdi>
            <span className="text-faint">
              {' · '}
              {choice?.found.discovery.page?.name ?? service.vendor?.page_name}
            </span>
          </span>
          <Button
            size="sm"
            onClick={() => {
              if (choosing) setChoice(null);
              setChoosing(!choosing);
            }}
          >
            {choosing ? text.keep : text.change}
          </Button>
        </Panel>
      </fieldset>
      {choosing && <Choosing service={service} chosen={choice?.key ?? null} onChoose={setChoice} />}
      <div className="flex flex-wrap items-center gap-2 border-t border-line pt-5">
        <Button type="submit" kind="primary" busy={saving.isPending && serviceText.form.creating}>
          {submitLabel}
        </Button>
        <Button
          kind="quiet"
          onClick={() => {
            unlock();
            onCancel();
          }}
        >
          {shellText.cancel}
        </Button>
      </div>
    </form>
  );
}

const chosenName = (choice: Choice | null): string | undefined =>
  choice === null
    ? undefined
    : choice.key === WHOLE
      ? vendorText.picker.whole
      : choice.found.discovery.components.find(({ key }) => key === choice.key)?.name;

interface ChoosingProps {
  service: ServiceDetail;
  chosen: string | null;
  onChoose: (choice: Choice) => void;
}

/** What the page offers now; below, where else it may be read. */
function Choosing({ service, chosen, onChoose }: ChoosingProps) {
  const userDefined = service.user_defined_urls !== null;
  const page = useQuery(
    readUrlsQuery(service.user_defined_urls ?? service.status_page_api_urls ?? []),
  );
  const [typed, setTyped] = useState(service.vendor?.page_url ?? '');
  const [search, setSearch] = useState<{ address: string; round: number } | null>(null);
  const [refused, setRefused] = useState(false);
  const picker = (found: FoundPage) => (
    <ComponentPicker
      components={found.discovery.components}
      chosen={new Set([chosen ?? service.component_key ?? WHOLE])}
      single
      onChange={([key = WHOLE]) => onChoose({ key, found })}
    />
  );
  const go = () => {
    const address = toUrl(typed);
    setRefused(address === null);
    if (address !== null) setSearch({ address, round: (search?.round ?? 0) + 1 });
  };
  return (
    <div className="space-y-5">
      {search === null &&
        (page.isPending ? (
          <p role="status" className="flex items-center gap-2.5 text-soft">
            <Spinner />
            {text.reading}
          </p>
        ) : page.isError ? (
          <Failure retry={shellText.retry} onRetry={() => void page.refetch()}>
            {sentenceOf(page.error)}
          </Failure>
        ) : page.data.api_urls.length === 0 ? (
          <p className="text-soft">{page.data.advice?.sentence ?? vendorText.search.nothing}</p>
        ) : (
          picker({ discovery: page.data, userDefined })
        ))}
      {/* No box around it: what is found stands in boxes of its own. */}
      <details className="group">
        <summary className="touch inline-flex list-none items-center gap-1.5 rounded-sm font-medium text-soft select-none hover:text-ink [&::-webkit-details-marker]:hidden">
          <Icon
            name="chevronRight"
            size={14}
            className="text-faint transition-transform group-open:rotate-90"
          />
          {text.source}
        </summary>
        <div className="mt-4 space-y-5">
          <div className="flex items-start gap-2">
            <TextField
              label={text.newAddress}
              hint={text.sourceDetail}
              className="flex-1"
              inputMode="url"
              spellCheck={false}
              autoComplete="off"
              value={typed}
              errors={refused ? [serviceText.form.invalidUrl] : undefined}
              onChange={(event) => setTyped(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return;
                event.preventDefault();
                go();
              }}
            />
            <Button className="mt-[1.625rem]" onClick={go}>
              {vendorText.box.search}
            </Button>
          </div>
          {search !== null && (
            <PageSearch key={search.round} address={search.address} round={search.round}>
              {picker}
            </PageSearch>
          )}
        </div>
      </details>
    </div>
  );
}
