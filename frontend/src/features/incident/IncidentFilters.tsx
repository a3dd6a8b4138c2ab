/** Which incidents are shown: by state, type and service. */
import { incidentText as text } from '@/lib/text/incident';
import { Segmented } from '@/ui/Segmented';
import { ServiceFilter } from './ServiceFilter';

export interface Filters {
  state: string;
  type: string;
  service: string;
}

interface Props {
  filters: Filters;
  onChange: (part: Partial<Filters>) => void;
}

export function IncidentFilters({ filters, onChange }: Props) {
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
      <ServiceFilter value={filters.service} onChange={(service) => onChange({ service })} />
    </div>
  );
}
