/** Which incidents are shown: by state, type and service. */
import type { Service } from '@/api/contract';
import { incidentText as text } from '@/lib/text/incident';
import { SelectField } from '@/ui/Field';
import { Segmented } from '@/ui/Segmented';

export interface Filters {
  state: string;
  type: string;
  service: string;
}

interface Props {
  filters: Filters;
  services: readonly Service[];
  onChange: (part: Partial<Filters>) => void;
}

export function IncidentFilters({ filters, services, onChange }: Props) {
  const unknown = filters.service !== '' && !services.some(({ id }) => id === filters.service);
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Segmented
        label={text.filter.state}
        value={filters.state}
        options={[
          { value: '', label: text.filter.any },
          { value: 'open', label: text.filter.open },
          { value: 'resolved', label: text.filter.resolved },
        ]}
        onChange={(state) => onChange({ state })}
      />
      <Segmented
        label={text.filter.type}
        value={filters.type}
        options={[
          { value: '', label: text.filter.any },
          { value: 'downtime', label: text.type.downtime },
          { value: 'degraded', label: text.type.degraded },
        ]}
        onChange={(type) => onChange({ type })}
      />
      <SelectField
        label={text.filter.service}
        hideLabel
        className="w-60 max-sm:w-full"
        value={filters.service}
        onChange={(event) => onChange({ service: event.target.value })}
      >
        <option value="">{text.filter.allServices}</option>
        {unknown && <option value={filters.service}>{text.filter.oneService}</option>}
        {services.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
    </div>
  );
}
