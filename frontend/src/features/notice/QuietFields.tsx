/** When a rule's messages wait, and which of them do not. */
import type { NoticeRule } from '@/api/notices';
import { noticeText as text } from '@/lib/text/notice';
import { CheckField, TextField } from '@/ui/Field';

export type Quiet = NonNullable<NoticeRule['quiet']>;

interface Props {
  value: Quiet;
  /** What the rule hears of; only that can get through. */
  topics: readonly string[];
  errors: readonly string[] | undefined;
  onChange: (value: Quiet) => void;
}

export function QuietFields({ value, topics, errors, onChange }: Props) {
  const heard = Object.entries(text.topic).filter(([topic]) => topics.includes(topic));
  const through = (topic: string) => value.lets_through.includes(topic);
  const letThrough = (topic: string, passes: boolean) =>
    onChange({
      ...value,
      lets_through: Object.keys(text.topic).filter((one) =>
        one === topic ? passes : through(one),
      ),
    });
  return (
    <>
      <div className="grid grid-cols-2 gap-4">
        <TextField
          label={text.from}
          type="time"
          value={value.from}
          onChange={(event) => onChange({ ...value, from: event.target.value })}
        />
        <TextField
          label={text.until}
          type="time"
          value={value.until}
          onChange={(event) => onChange({ ...value, until: event.target.value })}
        />
        <TextField
          label={text.zone}
          className="col-span-2"
          errors={errors}
          value={value.zone}
          onChange={(event) => onChange({ ...value, zone: event.target.value })}
        />
      </div>
      {heard.length > 0 && (
        <fieldset className="space-y-2">
          <legend className="mb-1.5 text-sm font-medium">{text.letsThrough}</legend>
          {heard.map(([topic, label]) => (
            <CheckField
              key={topic}
              label={label}
              checked={through(topic)}
              onChange={(passes) => letThrough(topic, passes)}
            />
          ))}
        </fieldset>
      )}
    </>
  );
}

/** What is not heard of at all gets through no quiet hours. */
export const quietOf = (quiet: Quiet, topics: readonly string[]): Quiet => ({
  ...quiet,
  lets_through: quiet.lets_through.filter((topic) => topics.includes(topic)),
});
