/** The components of a vendor's page, grouped and searchable, each with its present state in the vendor's words. */
import { type ReactNode, useId, useState } from 'react';
import type { Discovery } from '@/api/contract';
import { vendorText } from '@/lib/text/vendor';
import { groupOffers } from '@/lib/vendor';
import { TextField } from '@/ui/Field';
import { Panel } from '@/ui/Page';
import { Level } from './VendorLevel';

const text = vendorText.picker;
/** From this many on it is worth searching. */
const SEARCHED_FROM = 8;

/** The page as a whole, among the keys of components. */
export const WHOLE = '';

interface Props {
  components: Discovery['components'];
  /** Keys of components, or `WHOLE`. */
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
  /** One only, as for a service that is there already. */
  single?: boolean;
}

export function ComponentPicker({ components, chosen, onChange, single = false }: Props) {
  const [query, setQuery] = useState('');
  const name = useId();
  const groups = groupOffers(components, query);
  const shown = groups.reduce((sum, { offers }) => sum + offers.length, 0);
  const toggle = (key: string) => {
    if (single) return onChange(new Set([key]));
    const next = new Set(chosen);
    if (!next.delete(key)) next.add(key);
    onChange(next);
  };
  const choice = (key: string) => ({
    type: single ? ('radio' as const) : ('checkbox' as const),
    name,
    checked: chosen.has(key),
    onChange: () => toggle(key),
  });

  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 flex w-full items-baseline justify-between text-sm font-medium">
        {text.legend}
        <span role="status" className="figures font-normal text-faint">
          {!single && chosen.size > 0 && text.chosen(chosen.size)}
        </span>
      </legend>
      <Panel>
        <Choice input={choice(WHOLE)} name={text.whole} detail={text.wholeDetail} />
        {components.length >= SEARCHED_FROM && (
          <div className="border-t border-line p-3">
            <TextField
              label={text.search}
              hideLabel
              placeholder={text.search}
              type="search"
              value={query}
              onChange={(event) => setQuery(event.target.value)}
              onKeyDown={(event) => {
                // Enter would save the form.
                if (event.key === 'Enter') event.preventDefault();
              }}
            />
            <p role="status" className="sr-only">
              {query !== '' && text.shown(shown)}
            </p>
          </div>
        )}
        {components.length === 0 && (
          <p className="border-t border-line px-4 py-3 text-soft">{text.empty}</p>
        )}
        <div className="max-h-[28rem] overflow-y-auto">
          {groups.map(({ path, offers }) => {
            const title = path.join(' / ');
            return (
              <section key={title} aria-label={title === '' ? text.ungrouped : title}>
                {title !== '' && (
                  <p className="border-t border-line bg-sunken px-4 py-1.5 text-sm font-medium text-soft">
                    {title}
                  </p>
                )}
                {offers.map((offer) => (
                  <Choice
                    key={offer.key}
                    input={choice(offer.key)}
                    name={offer.name}
                    detail={offer.description}
                    divided
                  >
                    <Level word={offer.status} />
                  </Choice>
                ))}
              </section>
            );
          })}
        </div>
        {shown === 0 && query !== '' && (
          <p className="border-t border-line px-4 py-3 text-soft">{text.none(query.trim())}</p>
        )}
      </Panel>
    </fieldset>
  );
}

interface ChoiceProps {
  input: { type: 'radio' | 'checkbox'; name: string; checked: boolean; onChange: () => void };
  name: string;
  detail?: string | null | undefined;
  divided?: boolean;
  children?: ReactNode;
}

function Choice({ input, name, detail, divided = false, children }: ChoiceProps) {
  const id = useId();
  return (
    <label
      htmlFor={id}
      className={`touch flex cursor-pointer items-start gap-3 px-4 py-2 hover:bg-hover ${divided ? 'border-t border-line' : ''}`}
    >
      <input {...input} id={id} className="mt-0.5 size-4 shrink-0 accent-accent-solid" />
      <span className="min-w-0 flex-1">
        <span className="block font-medium">
          <bdi>{name}</bdi>
        </span>
        {detail != null && detail !== '' && (
          <span className="line-clamp-2 text-sm text-faint">{detail}</span>
        )}
      </span>
      {children !== undefined && <span className="shrink-0">{children}</span>}
    </label>
  );
}
