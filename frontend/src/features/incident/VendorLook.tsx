/** What a vendor's page said at one look, in its own words. */
import type { VendorWords } from '@/api/contract';
import { webAddress } from '@/lib/paths';
import { incidentText } from '@/lib/text/incident';
import { vendorText } from '@/lib/text/vendor';
import { levelOf, levelWords, ownWord, signOf } from '@/lib/vendor';
import { Icon } from '@/ui/Icon';
import { Fact } from '@/ui/Page';
import { wordColour } from '@/ui/StatusGlyph';
import { Compared } from './Compared';

const text = incidentText.page.vendorRows;

interface Props {
  words: VendorWords;
  /** What it said at the look beside this one. */
  other: VendorWords | null;
}

export function VendorLook({ words, other }: Props) {
  const own = ownWord(words.status, words.raw);
  const differs = (pick: (words: VendorWords) => string | null) =>
    other !== null && pick(words) !== pick(other);
  const isNew = (id: string) => other?.incidents.every((one) => one.id !== id) === true;
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
      <Fact label={text.status}>
        <Compared differs={differs(({ status }) => status)}>
          <span className={`font-medium ${wordColour[signOf[levelOf(words.status)]]}`}>
            {levelWords(words.status)}
          </span>
        </Compared>
      </Fact>
      {own !== null && (
        <Fact label={text.raw}>
          <Compared differs={differs(({ raw }) => raw)}>{own}</Compared>
        </Fact>
      )}
      <Fact label={vendorText.said.page}>
        <bdi>{words.page_name}</bdi>
      </Fact>
      <Fact label={text.component}>
        <bdi>{words.component_name ?? vendorText.said.whole}</bdi>
      </Fact>
      {words.incidents.length > 0 && (
        <Fact label={text.incidents}>
          {words.incidents.map((incident) => {
            const address = webAddress(incident.url);
            return (
              <span key={incident.id} className="block">
                <Compared differs={isNew(incident.id)}>
                  {address === null ? (
                    <bdi>{incident.name}</bdi>
                  ) : (
                    <a
                      href={address}
                      target="_blank"
                      rel="noreferrer noopener"
                      className="text-accent hover:underline"
                    >
                      <bdi>{incident.name}</bdi>
                      <Icon name="external" size={12} className="mb-0.5 ml-1 inline" />
                    </a>
                  )}
                </Compared>
              </span>
            );
          })}
        </Fact>
      )}
    </dl>
  );
}
