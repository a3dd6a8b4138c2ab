/** What narrows the list and orders it; beside the search box, or in a sheet on a phone. */
import { useQuery } from '@tanstack/react-query';
import { tagsQuery } from '@/api/services';
import { type Filters, monitorTypes, sorts } from '@/lib/filters';
import { dashboardText as text } from '@/lib/text/dashboard';
import { serviceText } from '@/lib/text/service';
import { SelectField } from '@/ui/Field';

const NONE = '\u0000none';

export interface Choices {
  categories: readonly string[];
  /** Some services have no category. */
  uncategorised: boolean;
  /** Both kinds are there. */
  types: boolean;
}

interface Props {
  filters: Filters;
  choices: Choices;
  onChange: (part: Partial<Filters>) => void;
  /** Labels are shown, and every field takes a line of its own. */
  stacked?: boolean;
}

export function FilterFields({ filters, choices, onChange, stacked = false }: Props) {
  const { categories, uncategorised } = choices;
  const known = filters.category === null || filters.category === '';
  const shared = { hideLabel: !stacked, className: stacked ? '' : 'w-auto max-w-44' };
  return (
    <>
      {(choices.types || filters.type !== null) && (
        <SelectField
          {...shared}
          label={text.type}
          value={filters.type ?? ''}
          onChange={({ target }) =>
            onChange({ type: monitorTypes.find((type) => type === target.value) ?? null })
          }
        >
          <option value="">{text.allTypes}</option>
          {monitorTypes.map((type) => (
            <option key={type} value={type}>
              {serviceText.types[type]}
            </option>
          ))}
        </SelectField>
      )}
      {(categories.length > 1 || filters.category !== null) && (
        <SelectField
          {...shared}
          label={text.category}
          value={filters.category === null ? '' : filters.category === '' ? NONE : filters.category}
          onChange={({ target: { value } }) =>
            onChange({ category: value === '' ? null : value === NONE ? '' : value })
          }
        >
          <option value="">{text.allCategories}</option>
          {!known && !categories.includes(filters.category ?? '') && (
            <option value={filters.category ?? ''}>{filters.category}</option>
          )}
          {categories.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
          {(uncategorised || filters.category === '') && (
            <option value={NONE}>{text.uncategorised}</option>
          )}
        </SelectField>
      )}
      <TagField filters={filters} onChange={onChange} {...shared} />
      <SelectField
        {...shared}
        label={text.sort}
        value={filters.sort}
        onChange={({ target }) =>
          onChange({ sort: sorts.find((sort) => sort === target.value) ?? 'category' })
        }
      >
        {sorts.map((sort) => (
          <option key={sort} value={sort}>
            {text.sorts[sort]}
          </option>
        ))}
      </SelectField>
    </>
  );
}

interface TagProps extends Pick<Props, 'filters' | 'onChange'> {
  hideLabel: boolean;
  className: string;
}

/** Only where there are tags. */
export function TagField({ filters, onChange, ...shared }: TagProps) {
  const { data: tags = [] } = useQuery(tagsQuery());
  if (tags.length === 0 && filters.tag === '') return null;
  return (
    <SelectField
      {...shared}
      label={text.tag}
      value={filters.tag}
      onChange={({ target }) => onChange({ tag: target.value })}
    >
      <option value="">{text.allTags}</option>
      {filters.tag !== '' && !tags.some(({ tag }) => tag === filters.tag) && (
        <option value={filters.tag}>{filters.tag}</option>
      )}
      {tags.map(({ tag, total }) => (
        <option key={tag} value={tag}>
          {tag} ({total})
        </option>
      ))}
    </SelectField>
  );
}
