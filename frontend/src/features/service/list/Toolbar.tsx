/** Search, filters, order and selection above the list. */
import { useCallback, useState } from 'react';
import { useMayEdit } from '@/api/role';
import { type Filters, filterCount, isNarrowed } from '@/lib/filters';
import { dashboardText as text } from '@/lib/text/dashboard';
import { shellText } from '@/lib/text/shell';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Icon } from '@/ui/Icon';
import { type Choices, FilterFields, TagField } from './FilterFields';
import { SearchBox } from './SearchBox';
import { endSelecting, startSelecting, useIsSelecting } from './selection';

interface Props {
  /** Otherwise all services are in sight: they can be selected and filtered by tag, and that is all. */
  isSearched: boolean;
  filters: Filters;
  choices: Choices;
  /** How many services match. */
  total: number;
  focusSearch: boolean;
  onChange: (part: Partial<Filters>) => void;
  onClear: () => void;
}

export function Toolbar(props: Props) {
  const { isSearched, filters, choices, total, focusSearch, onChange, onClear } = props;
  const [sheet, setSheet] = useState(false);
  const onSearch = useCallback((q: string) => onChange({ q }), [onChange]);
  const mayEdit = useMayEdit();
  const selecting = useIsSelecting();
  const n = filterCount(filters);
  const select = mayEdit && (
    <Button
      kind="quiet"
      className="ml-auto px-2.5!"
      aria-pressed={selecting}
      onClick={selecting ? endSelecting : startSelecting}
    >
      <Icon name="select" />
      <span className="max-sm:sr-only">{selecting ? text.selectNone : text.select}</span>
    </Button>
  );
  if (!isSearched) {
    return (
      <div className="mt-8 flex flex-wrap items-center gap-2 empty:hidden">
        <TagField filters={filters} onChange={onChange} hideLabel className="w-auto max-w-44" />
        {select}
      </div>
    );
  }
  return (
    <div className="mt-8 flex flex-wrap items-center gap-2">
      <SearchBox value={filters.q} onChange={onSearch} focus={focusSearch} />
      <Button className="sm:hidden" onClick={() => setSheet(true)}>
        <Icon name="filter" />
        {n === 0 ? text.filters : text.filtersOn(n)}
      </Button>
      <div className="contents max-sm:hidden">
        <FilterFields filters={filters} choices={choices} onChange={onChange} />
      </div>
      {isNarrowed(filters) && (
        <Button kind="quiet" size="sm" className="max-sm:hidden" onClick={onClear}>
          <Icon name="close" size={14} />
          {text.clear}
        </Button>
      )}
      {select}
      {sheet && (
        <Dialog
          title={text.filters}
          closeLabel={shellText.close}
          onClose={() => setSheet(false)}
          sheet
        >
          <div className="space-y-4">
            <FilterFields filters={filters} choices={choices} onChange={onChange} stacked />
            {isNarrowed(filters) && (
              <Button className="w-full" onClick={onClear}>
                {text.clear}
              </Button>
            )}
            <Button kind="primary" className="w-full" onClick={() => setSheet(false)}>
              {text.show(total)}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
