/** Adds services for what a vendor's page offers: one per chosen component, or one for the page as a whole. */
import { type FormEvent, useState } from 'react';
import type { Service } from '@/api/contract';
import type { FieldErrors } from '@/api/problem';
import { createService } from '@/api/services';
import { useLeaveGuard } from '@/features/form/useLeaveGuard';
import { shellText } from '@/lib/text/shell';
import { vendorText } from '@/lib/text/vendor';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Notice } from '@/ui/Page';
import { ComponentPicker } from './ComponentPicker';
import { refusalOf } from './form-refusal';
import { useInterval } from './intervals';
import { type FoundPage, PageSearch } from './PageSearch';
import { VendorFields } from './VendorFields';
import { commonOf, emptyVendorValues, nameFor, SHORTEST_INTERVAL, targetOf } from './vendor-values';

const text = vendorText.form;

interface Props {
  address: string;
  round: number;
  /** The catalogue's name of the vendor. */
  vendor: string | null;
  categories: readonly string[];
  onSaved: (services: Service[]) => void;
  onCancel: () => void;
}

export default function VendorForm({ address, round, ...rest }: Props) {
  return (
    <PageSearch address={address} round={round}>
      {(found) => <Choosing key={found.discovery.api_urls.join()} found={found} {...rest} />}
    </PageSearch>
  );
}

interface ChoosingProps extends Omit<Props, 'address' | 'round'> {
  found: FoundPage;
}

function Choosing({ found, vendor, categories, onSaved, onCancel }: ChoosingProps) {
  const { discovery, userDefined } = found;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [values, setValues] = useState(emptyVendorValues);
  const interval = useInterval(Number(values.check_interval), { shortest: SHORTEST_INTERVAL });
  const [errors, setErrors] = useState<FieldErrors>({});
  const [refusals, setRefusals] = useState<string[]>([]);
  const [done, setDone] = useState<number | null>(null);
  const { unlock } = useLeaveGuard(chosen.size > 0);
  const keys = [...chosen];
  const made = keys.map((key) => nameFor(key, discovery, vendor));
  const [onlyName] = made;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (done !== null) return;
    setErrors({});
    setRefusals(keys.length === 0 ? [vendorText.picker.chooseOne] : []);
    if (keys.length === 0) return;
    const saved: Service[] = [];
    const failed = new Set<string>();
    const reasons: string[] = [];
    for (const [index, key] of keys.entries()) {
      setDone(index);
      const name = nameFor(key, discovery, vendor);
      try {
        saved.push(
          await createService({
            ...commonOf(values),
            check_interval: interval.chosen,
            ...targetOf(key, discovery, userDefined),
            name: keys.length === 1 && values.name.trim() !== '' ? values.name.trim() : name,
          }),
        );
      } catch (error) {
        const refusal = refusalOf(error);
        failed.add(key);
        setErrors((before) => ({ ...before, ...refusal.fields }));
        reasons.push(keys.length === 1 ? refusal.general : `${name}: ${refusal.general}`);
      }
    }
    setDone(null);
    if (failed.size === 0) {
      unlock();
      onSaved(saved);
      return;
    }
    setChosen(failed);
    setRefusals(saved.length > 0 ? [text.some(saved.length, failed.size), ...reasons] : reasons);
  };

  return (
    <form onSubmit={submit} noValidate className="space-y-6">
      <ComponentPicker
        components={discovery.components}
        chosen={chosen}
        onChange={(next) => {
          setChosen(next);
          setRefusals([]);
        }}
      />
      <VendorFields
        values={values}
        interval={interval}
        errors={errors}
        categories={categories}
        onChange={(part) => setValues((before) => ({ ...before, ...part }))}
      >
        {keys.length <= 1 ? (
          <TextField
            label={text.name}
            maxLength={200}
            placeholder={onlyName}
            value={values.name}
            errors={errors.name}
            onChange={(event) => setValues({ ...values, name: event.target.value })}
          />
        ) : (
          <>
            <p className="mb-1.5 text-sm font-medium">{text.names}</p>
            <ul className="space-y-0.5 text-soft">
              {made.map((name, index) => (
                <li key={keys[index]}>
                  <bdi>{name}</bdi>
                </li>
              ))}
            </ul>
          </>
        )}
      </VendorFields>
      {refusals.length > 0 && (
        <Notice kind="error">
          {refusals.map((reason) => (
            <p key={reason}>{reason}</p>
          ))}
        </Notice>
      )}
      <div className="flex flex-wrap items-center gap-2 border-t border-line pt-5">
        <Button type="submit" kind="primary" busy={done !== null && text.saving(done, keys.length)}>
          {text.submit(keys.length)}
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
