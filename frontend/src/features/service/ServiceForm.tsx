/** Adds or edits a service: one address, a look at it, a name; the rest folded away. */
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { Service, ServiceDraft, TestRun } from '@/api/contract';
import type { FieldErrors } from '@/api/problem';
import { testService } from '@/api/services';
import { useLeaveGuard } from '@/features/form/useLeaveGuard';
import { useRefusedFocus } from '@/features/form/useRefusedFocus';
import { nameFromUrl, toUrl } from '@/lib/paste-list';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { Button } from '@/ui/Button';
import { SelectField, TextField } from '@/ui/Field';
import { AdvancedFields } from './AdvancedFields';
import { ChangedElsewhere } from './ChangedElsewhere';
import { DependsOn } from './DependsOn';
import { type Refusal, refusalOf, rootOf } from './form-refusal';
import { draftOf, type FormValues, nextKey, withStatus } from './form-values';
import { intervalWords, useInterval } from './intervals';
import { NeededServices } from './NeededServices';
import { TestResult } from './TestResult';

const text = serviceText.form;

/** The address for whoever draws its box. */
export interface AddressField {
  value: string;
  errors: readonly string[] | undefined;
  /** Words of the button beside it; `busy` while a look runs. */
  button: { label: string; primary: boolean; busy: string | false };
  onChange: (url: string) => void;
  onLook: () => void;
}

interface Props {
  initial: FormValues;
  /** The saved service that is edited, whose header values the server knows. */
  serviceId?: string;
  categories: readonly string[];
  submitLabel: string;
  /** Look as soon as the form is shown, as after typing an address on the first dashboard. */
  lookAtOnce?: boolean;
  /** The look before saving is the next step; for an edit it is only offered. */
  lookFirst?: boolean;
  /** Draws the box for the address, where it is more than a plain one. */
  address?: (field: AddressField) => ReactNode;
  /** Stands in place of everything but the address, while that is no http service. */
  instead?: ReactNode;
  /** Turns to the status page of whoever runs this address. */
  onVendorPage: (url: string) => void;
  save: (draft: ServiceDraft) => Promise<Service>;
  onSaved: (service: Service) => void;
  onCancel: () => void;
}

export function ServiceForm(props: Props) {
  const {
    initial,
    serviceId,
    categories,
    submitLabel,
    lookAtOnce = false,
    lookFirst = false,
    address = plainAddress,
    instead,
    onVendorPage,
    save,
    onSaved,
    onCancel,
  } = props;
  const [values, setValues] = useState(initial);
  const [nameTyped, setNameTyped] = useState(
    initial.name !== '' && initial.name !== nameFromUrl(initial.url),
  );
  const [open, setOpen] = useState(false);
  const [errors, setErrors] = useState<FieldErrors>({});
  const [general, setGeneral] = useState<Pick<Refusal, 'general' | 'isOutdated'> | null>(null);
  const [tested, setTested] = useState<{ for: string; look: TestRun; verified: boolean } | null>(
    null,
  );
  const [refusals, setRefusals] = useState(0);
  const form = useRefusedFocus<HTMLDivElement>(refusals === 0 ? null : refusals);

  const kept = serviceId === undefined ? undefined : Number(initial.check_interval);
  const interval = useInterval(Number(values.check_interval), { kept });
  const draft = { ...draftOf(values), check_interval: interval.chosen };
  const asked = { ...draft, depends_on: null, depends_on_services: null };
  const question = JSON.stringify({
    ...asked,
    name: '',
    category: '',
    tags: [],
    check_interval: null,
  });

  const change = (part: Partial<FormValues>) => {
    setValues((before) => {
      const next = { ...before, ...part };
      if (part.url !== undefined && !nameTyped) {
        const url = toUrl(part.url);
        next.name = url === null ? '' : nameFromUrl(url);
      }
      return next;
    });
    setErrors((before) =>
      Object.fromEntries(Object.entries(before).filter(([field]) => !(rootOf(field) in part))),
    );
  };

  const refuse = (error: unknown) => {
    const refusal = refusalOf(error);
    setErrors(refusal.fields);
    setGeneral(refusal);
    if (refusal.opensAdvanced) setOpen(true);
    setRefusals((count) => count + 1);
  };

  const test = useMutation({
    mutationFn: (asked: ServiceDraft) =>
      testService(serviceId === undefined ? asked : { ...asked, service_id: serviceId }),
    onSuccess: (look, { tls_verify }) =>
      setTested({ for: question, look, verified: tls_verify !== false }),
    onError: refuse,
  });
  const { unlock } = useLeaveGuard(
    instead === undefined && JSON.stringify(values) !== JSON.stringify(initial),
  );
  const saving = useMutation({
    mutationFn: save,
    onError: refuse,
    onSuccess: (service) => {
      unlock();
      onSaved(service);
    },
  });

  const valid = (): boolean => {
    if (toUrl(values.url) !== null) return true;
    setErrors({ url: [text.invalidUrl] });
    form.current?.querySelector<HTMLElement>('input')?.focus();
    return false;
  };
  const look = (question = asked) => {
    if (test.isPending || !valid()) return;
    setGeneral(null);
    setErrors({});
    test.mutate(question);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (saving.isPending || !valid()) return;
    setGeneral(null);
    saving.mutate(draft);
  };

  const first = useRef(lookAtOnce);
  useEffect(() => {
    if (!first.current) return;
    first.current = false;
    test.mutate({ ...draftOf(initial), depends_on: null, depends_on_services: null });
  }, [initial, test]);

  return (
    <div ref={form} className="space-y-6">
      {address({
        value: values.url,
        errors: errors.url,
        button: {
          label: tested === null ? text.test : text.testAgain,
          primary: lookFirst && tested === null,
          busy: test.isPending && text.testing,
        },
        onChange: (url) => change({ url }),
        onLook: () => look(),
      })}
      {instead ?? (
        <form onSubmit={submit} noValidate className="space-y-6">
          {general !== null && <ChangedElsewhere refusal={general} onReload={unlock} />}
          <TestResult
            look={tested?.look ?? null}
            verified={tested?.verified ?? true}
            outdated={tested !== null && tested.for !== question}
            pending={test.isPending}
            onAccept={(status) => {
              const expected_statuses = withStatus(values.expected_statuses, status);
              change({ expected_statuses });
              look({ ...asked, expected_statuses });
            }}
            onVendorPage={() => onVendorPage(draft.url ?? values.url)}
            onHeader={() => {
              setOpen(true);
              change({
                headers: [...values.headers, { key: nextKey(), name: '', value: '', kept: false }],
              });
            }}
          />
          <div className="grid gap-5 sm:grid-cols-[2fr_1.3fr_1fr]">
            <TextField
              label={text.name}
              required
              maxLength={200}
              value={values.name}
              errors={errors.name}
              onChange={(event) => {
                setNameTyped(event.target.value !== '');
                change({ name: event.target.value });
              }}
            />
            <TextField
              label={text.category}
              optional={shellText.optional}
              maxLength={100}
              list="service-categories"
              value={values.category}
              errors={errors.category}
              onChange={(event) => change({ category: event.target.value })}
            />
            <datalist id="service-categories">
              {categories.map((category) => (
                <option key={category} value={category} />
              ))}
            </datalist>
            <SelectField
              label={text.interval}
              value={interval.chosen}
              errors={errors.check_interval}
              onChange={(event) => change({ check_interval: event.target.value })}
            >
              {interval.offered.map((seconds) => (
                <option key={seconds} value={seconds}>
                  {intervalWords(seconds)}
                </option>
              ))}
            </SelectField>
          </div>
          <DependsOn
            url={toUrl(values.url)}
            value={values.depends_on}
            errors={errors.depends_on}
            onChange={(depends_on) => change({ depends_on })}
          />
          <NeededServices
            self={serviceId}
            value={values.depends_on_services}
            errors={errors.depends_on_services}
            onChange={(depends_on_services) => change({ depends_on_services })}
          />
          <AdvancedFields
            values={values}
            errors={errors}
            open={open}
            onToggle={setOpen}
            onChange={change}
          />
          <div className="flex flex-wrap items-center gap-2 border-t border-line pt-5">
            <Button
              type="submit"
              kind={lookFirst && tested === null ? 'secondary' : 'primary'}
              busy={saving.isPending && text.creating}
            >
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
      )}
    </div>
  );
}

/** An address and what is done with it: side by side, on a phone each as wide as the page. */
export const addressLine = 'flex items-start gap-2 max-sm:flex-col max-sm:items-stretch';

function plainAddress({ value, errors, button, onChange, onLook }: AddressField) {
  return (
    <div className={addressLine}>
      <TextField
        label={text.url}
        className="sm:flex-1"
        inputClassName="h-11! text-lg!"
        inputMode="url"
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        required
        placeholder={serviceText.first.addressPlaceholder}
        hint={text.urlHint}
        value={value}
        errors={errors}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          // Enter in the address looks; saving is for the button below.
          if (event.key !== 'Enter') return;
          event.preventDefault();
          onLook();
        }}
      />
      <LookButton {...button} onLook={onLook} />
    </div>
  );
}

export function LookButton({
  label,
  primary,
  busy,
  onLook,
}: AddressField['button'] & { onLook: () => void }) {
  return (
    <Button
      className="h-11 px-5 sm:mt-[1.625rem]"
      kind={primary ? 'primary' : 'secondary'}
      busy={busy}
      onClick={() => onLook()}
    >
      {label}
    </Button>
  );
}
