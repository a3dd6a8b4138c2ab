/** Whether a report of the week comes by mail, on which day and by whose clocks. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { preferencesQuery, savePreferences } from '@/api/account';
import type { Me, ReportDay } from '@/api/contract';
import { keys } from '@/api/keys';
import { fieldsOf, sentenceOf } from '@/api/problem';
import { useLastError } from '@/api/useLastError';
import { accountText } from '@/lib/text/account';
import { shellText } from '@/lib/text/shell';
import { CheckField, SelectField } from '@/ui/Field';
import { Failure } from '@/ui/Page';
import { toast } from '@/ui/Toasts';
import { type ReportWish, reportWish, zoneChoices } from './mail';

const text = accountText.page;
const days = Object.keys(text.days) as ReportDay[];

export function ReportChoice({ me }: { me: Me }) {
  const read = useQuery(preferencesQuery());
  const { data: preferences } = read;
  const failure = useLastError(read);
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (wish: ReportWish) =>
      savePreferences({
        weekly_report: wish.wanted,
        report_day: wish.day,
        report_zone: wish.zone,
      }),
    // One after the other: the last choice is the one that stands.
    scope: { id: 'report' },
    onSuccess: (saved, wish) => {
      const before = preferences?.weekly_report ?? false;
      client.setQueryData(keys.preferences, saved);
      if (before === wish.wanted) toast(text.reportChanged);
      else toast(wish.wanted ? text.reportOn(text.days[wish.day]) : text.reportOff);
    },
    onError: (error) => {
      const [reason] = Object.values(fieldsOf(error)).flat();
      toast(reason === undefined ? sentenceOf(error) : `${text.report} ${reason}.`, {
        kind: 'error',
      });
    },
  });
  if (failure !== null) {
    return (
      <div className="mt-6">
        <h3 className="mb-1.5 text-sm font-medium">{text.report}</h3>
        <Failure retry={shellText.retry} onRetry={() => void read.refetch()}>
          {text.reportError} {sentenceOf(failure)}
        </Failure>
      </div>
    );
  }
  if (preferences === undefined) return null;
  const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const stored = reportWish(preferences, ownZone);
  // What is on its way shows already.
  const wish = save.isPending ? save.variables : stored;
  const change = (changes: Partial<ReportWish>) => save.mutate({ ...wish, ...changes });
  const allowed = me.email_verified || wish.wanted;
  return (
    <div className="mt-6">
      <h3 className="mb-1.5 text-sm font-medium">{text.report}</h3>
      {allowed ? (
        <CheckField
          label={text.reportWanted}
          hint={text.reportHint}
          checked={wish.wanted}
          onChange={(wanted) => change({ wanted })}
        />
      ) : (
        <p className="text-soft">{text.reportNeedsAddress}</p>
      )}
      {wish.wanted && (
        <div className="mt-4 grid gap-4 sm:grid-cols-2">
          <SelectField
            label={text.reportDay}
            value={wish.day}
            onChange={(event) => change({ day: event.target.value as ReportDay })}
          >
            {days.map((day) => (
              <option key={day} value={day}>
                {text.days[day]}
              </option>
            ))}
          </SelectField>
          <SelectField
            label={text.reportZone}
            value={wish.zone}
            onChange={(event) => change({ zone: event.target.value })}
          >
            {zoneChoices(Intl.supportedValuesOf('timeZone'), wish.zone, ownZone).map((zone) => (
              <option key={zone} value={zone}>
                {zone.replaceAll('_', ' ')}
              </option>
            ))}
          </SelectField>
        </div>
      )}
    </div>
  );
}
