/** What a vendor says of a service, in its own words and apart from our verdict. */
import { Link } from 'react-router';
import type { ServiceDetail, Vendor } from '@/api/contract';
import { useMayEdit } from '@/api/role';
import { paths } from '@/lib/paths';
import { vendorText } from '@/lib/text/vendor';
import { exact, now, shortClock } from '@/lib/time';
import { levelOf, levelWords, ownWord, signOf, vendorName } from '@/lib/vendor';
import { Button, buttonClass } from '@/ui/Button';
import { DotList } from '@/ui/DotList';
import { Panel, Section } from '@/ui/Page';
import { RelativeTime } from '@/ui/RelativeTime';
import { StatusGlyph, StatusLabel, wordColour } from '@/ui/StatusGlyph';
import { usePickComponent } from './usePickComponent';
import { IncidentBanner, MaintenanceBanner, Notes } from './VendorReports';
import { isGone } from './vendor-values';

const text = vendorText.said;

export function VendorSection({ service, vendor }: { service: ServiceDetail; vendor: Vendor }) {
  const { incidents, maintenances, notes } = vendor;
  return (
    <>
      {isGone(service) && <Gone service={service} vendor={vendor} />}
      {(incidents.length > 0 || maintenances.length > 0) && (
        <div className="mt-6 space-y-3">
          {incidents.map((incident) => (
            <IncidentBanner key={incident.id} incident={incident} page={vendor.page_url} />
          ))}
          {maintenances.map((maintenance) => (
            <MaintenanceBanner key={maintenance.id} maintenance={maintenance} />
          ))}
        </div>
      )}
      <Said service={service} vendor={vendor} />
      {notes.length > 0 && <Notes notes={notes} />}
    </>
  );
}

function Said({ service, vendor }: { service: ServiceDetail; vendor: Vendor }) {
  const sign = signOf[levelOf(vendor.status)];
  const name = vendorName(vendor.page_name);
  const own = ownWord(vendor.status, vendor.raw);
  return (
    <Section title={text.heading(name)} aside={<ReadAt vendor={vendor} />}>
      <Panel className="flex flex-wrap items-center justify-between gap-x-8 gap-y-3 px-4 py-4 sm:px-5">
        <p className="flex min-w-0 items-start gap-3 text-lg">
          <StatusGlyph status={sign} size={18} className="mt-1" />
          <span className="min-w-0">
            <span className="text-soft">
              {vendor.component === null
                ? text.says(name)
                : text.saysOf(
                    name,
                    [...vendor.component.group_path, vendor.component.name].join(' / '),
                  )}
            </span>{' '}
            <span className={`font-semibold ${wordColour[sign]}`}>{levelWords(vendor.status)}</span>
            {own !== null && (
              <span className="block text-base text-faint">{text.ownWord(own)}</span>
            )}
          </span>
        </p>
        <p className="flex items-center gap-2 text-soft">
          {text.verdict} <StatusLabel status={service.current_status.status} />
        </p>
      </Panel>
    </Section>
  );
}

/** How old the vendor's words are; it says so when reading fails. */
function ReadAt({ vendor }: { vendor: Vendor }) {
  if (vendor.read_at === null) return <>{text.neverRead}</>;
  return (
    <DotList>
      <span>
        {vendor.failures > 0 ? text.lastRead : text.read} <RelativeTime at={vendor.read_at} />
      </span>
      {vendor.failures > 0 && (
        <span className="text-degraded-text">{text.failing(vendor.failures)}</span>
      )}
      {vendor.resting_until !== null && Date.parse(vendor.resting_until) > now() && (
        <span title={exact(vendor.resting_until)}>
          {(vendor.failures > 0 ? text.triedAgain : text.delayed)(shortClock(vendor.resting_until))}
        </span>
      )}
    </DotList>
  );
}

function Gone({ service, vendor }: { service: ServiceDetail; vendor: Vendor }) {
  const mayEdit = useMayEdit();
  const { pick, busy, refusal } = usePickComponent(service);
  const name = vendor.component?.name ?? service.component_name ?? service.name;
  return (
    <section
      aria-label={vendorText.gone.heading(name)}
      className="mt-6 rounded-lg bg-unknown-wash px-4 py-4 sm:px-5"
    >
      <h2 className="font-semibold">{vendorText.gone.heading(name)}</h2>
      <p className="text-soft">{vendorText.gone.detail}</p>
      {refusal !== null && (
        <p role="alert" className="mt-2 font-medium text-down-text">
          {refusal}
        </p>
      )}
      {mayEdit && (
        <div className="mt-3 flex flex-wrap gap-2">
          {vendor.suggestions.map((suggestion) => (
            <Button
              key={suggestion}
              size="sm"
              busy={busy === suggestion && vendorText.form.saving(0, 1)}
              onClick={() => pick(suggestion)}
            >
              {vendorText.gone.pick(suggestion)}
            </Button>
          ))}
          <Link to={paths.editService(service.id)} className={buttonClass('quiet', 'sm')}>
            {vendorText.gone.chooseOther}
          </Link>
        </div>
      )}
    </section>
  );
}
