/** What a vendor reports: incidents with their latest updates, maintenance, and what else stands on its page. */
import type { VendorIncident, VendorMaintenance } from '@/api/contract';
import { webAddress } from '@/lib/paths';
import { vendorText } from '@/lib/text/vendor';
import { dayAndTime, exact } from '@/lib/time';
import { phaseWord } from '@/lib/vendor';
import { cx } from '@/ui/classes';
import { DotList } from '@/ui/DotList';
import { Icon } from '@/ui/Icon';
import { Panel, Section } from '@/ui/Page';
import { RelativeTime } from '@/ui/RelativeTime';
import { StatusGlyph } from '@/ui/StatusGlyph';

const text = vendorText.incident;
/** Updates that stand open; the others are folded. */
const SHOWN = 2;

export function IncidentBanner({
  incident,
  page,
}: {
  incident: VendorIncident;
  page: string | null;
}) {
  const isGrave = incident.impact === 'major' || incident.impact === 'critical';
  const updates = incident.updates;
  const earlier = updates.slice(SHOWN);
  return (
    <section
      aria-label={`${text.heading}: ${incident.name}`}
      className={cx(
        'flex items-start gap-3.5 rounded-lg px-4 py-4 sm:px-5',
        isGrave ? 'bg-down-wash' : 'bg-degraded-wash',
      )}
    >
      <StatusGlyph status={isGrave ? 'down' : 'degraded'} size={16} className="mt-0.5" />
      <div className="min-w-0 flex-1">
        <p className="text-sm text-soft">{text.heading}</p>
        <h2 className="text-lg font-semibold">
          <bdi>{incident.name}</bdi>
        </h2>
        <IncidentFacts incident={incident} page={page} />
        <Updates updates={updates.slice(0, SHOWN)} />
        {earlier.length > 0 && (
          <details className="mt-2">
            <summary className="touch cursor-pointer text-sm text-soft hover:text-ink">
              {text.earlier(earlier.length)}
            </summary>
            <Updates updates={earlier} />
          </details>
        )}
      </div>
    </section>
  );
}

function IncidentFacts({ incident, page }: { incident: VendorIncident; page: string | null }) {
  const address = webAddress(incident.url) ?? webAddress(page);
  return (
    <DotList className="text-soft">
      {vendorText.impact[incident.impact]}
      {phaseWord(incident.phase)}
      {incident.started_at !== null && (
        <>
          {text.since} <RelativeTime at={incident.started_at} as="span" />
        </>
      )}
      {address !== null && (
        <a
          href={address}
          target="_blank"
          rel="noreferrer noopener"
          aria-label={text.linkOf(incident.name)}
          className="font-medium text-accent hover:underline"
        >
          {text.link}
          <Icon name="external" size={13} className="mb-0.5 ml-1 inline" />
        </a>
      )}
    </DotList>
  );
}

function Updates({ updates }: { updates: VendorIncident['updates'] }) {
  if (updates.length === 0) return null;
  return (
    <ul className="mt-2.5 space-y-2.5">
      {updates.map((update) => (
        <li key={`${update.at} ${update.text}`}>
          <p className="text-sm text-soft">
            {update.phase !== null && (
              <span className="font-medium text-ink">{phaseWord(update.phase)} </span>
            )}
            {update.at !== null && <RelativeTime at={update.at} />}
          </p>
          <p className="max-w-prose whitespace-pre-line">{update.text}</p>
        </li>
      ))}
    </ul>
  );
}

export function MaintenanceBanner({ maintenance }: { maintenance: VendorMaintenance }) {
  const words = vendorText.maintenance;
  const { active, name, scheduled_for, scheduled_until } = maintenance;
  const address = webAddress(maintenance.url);
  return (
    <section
      aria-label={`${active ? words.active : words.upcoming}: ${name}`}
      className={cx(
        'flex items-start gap-3.5 rounded-lg px-4 py-3.5 sm:px-5',
        active ? 'bg-maintenance-wash' : 'border border-line bg-surface',
      )}
    >
      <StatusGlyph status="maintenance" size={16} className="mt-0.5" />
      <div className="min-w-0">
        <p className="text-sm text-soft">{active ? words.active : words.upcoming}</p>
        <h2 className="font-semibold">
          <bdi>{name}</bdi>
        </h2>
        <DotList className="text-soft">
          {scheduled_for === null ? (
            words.noTime
          ) : (
            <span title={exact(scheduled_for)}>
              {words.from(
                dayAndTime(scheduled_for),
                scheduled_until === null ? null : dayAndTime(scheduled_until),
              )}
            </span>
          )}
          {address !== null && (
            <a
              href={address}
              target="_blank"
              rel="noreferrer noopener"
              aria-label={text.linkOf(name)}
              className="font-medium text-accent hover:underline"
            >
              {text.link}
              <Icon name="external" size={13} className="mb-0.5 ml-1 inline" />
            </a>
          )}
        </DotList>
      </div>
    </section>
  );
}

/** Incidents of the page that are about nothing, or something else: said, never counted. */
export function Notes({ notes }: { notes: readonly VendorIncident[] }) {
  return (
    <Section title={vendorText.notes.heading}>
      <Panel>
        <p className="px-4 pt-3 text-sm text-faint sm:px-5">{vendorText.notes.detail}</p>
        <ul className="divide-y divide-line">
          {notes.map((note) => (
            <li key={note.id} className="px-4 py-3 sm:px-5">
              <p>
                <bdi>{note.name}</bdi>
              </p>
              <div className="text-sm">
                <IncidentFacts incident={note} page={null} />
              </div>
            </li>
          ))}
        </ul>
      </Panel>
    </Section>
  );
}
