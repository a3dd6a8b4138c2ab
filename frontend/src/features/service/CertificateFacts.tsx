/** A certificate: for whom, by whom, and how many days it has left. */
import type { Certificate } from '@/api/contract';
import { serviceText } from '@/lib/text/service';
import { date, daysUntil, exact } from '@/lib/time';
import { cx } from '@/ui/classes';
import { useNow } from '@/ui/RelativeTime';
import { StatusGlyph, wordColour } from '@/ui/StatusGlyph';

const text = serviceText.page;
/** From here on an expiry is worth a colour, in days. */
const SOON = 14;

export function CertificateFacts({
  certificate,
  verified = true,
}: {
  certificate: Certificate;
  /** Whether the service asks for verification. */
  verified?: boolean;
}) {
  const days = daysUntil(certificate.not_after, useNow());
  const state = days < 0 ? 'down' : days < SOON ? 'degraded' : 'up';
  const sign = certificate.verified || !verified ? state : 'down';
  const [gravest] = certificate.faults;
  const reason =
    gravest === undefined
      ? certificate.verified
        ? null
        : text.faultOther
      : (text.faults[gravest] ?? text.faultOther);
  const left =
    days < 0 ? text.expired(-days) : days === 0 ? text.expiresToday : text.expiresIn(days);
  return (
    <div className="space-y-2 text-sm">
      <p className="flex items-center gap-2 text-base">
        <StatusGlyph status={sign} size={12} />
        <span className={cx('font-medium', state !== 'up' && 'text-ink')}>
          {text.certificate} {left}
        </span>
      </p>
      {reason !== null && <p className={wordColour[sign]}>{reason}</p>}
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        <dt className="text-faint">{text.subject}</dt>
        <dd className="min-w-0 break-words text-soft">
          {certificate.names.length > 0
            ? certificate.names.slice(0, 4).join(', ')
            : certificate.subject}
          {certificate.names.length > 4 && ` +${certificate.names.length - 4}`}
        </dd>
        <dt className="text-faint">{text.issuer}</dt>
        <dd className="min-w-0 break-words text-soft">{certificate.issuer}</dd>
        <dt className="text-faint">{text.validUntil}</dt>
        <dd className="text-soft" title={exact(certificate.not_after)}>
          {date(certificate.not_after)}
        </dd>
      </dl>
      {!verified && <p className="text-degraded-text">{text.notVerified}</p>}
    </div>
  );
}
