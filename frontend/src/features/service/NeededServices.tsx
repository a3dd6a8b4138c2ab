/** Which of one's own services this one stands behind: while one of them is in trouble, its first notice waits. */
import type { NeededService } from '@/api/contract';
import { serviceText } from '@/lib/text/service';
import { StatusLabel } from '@/ui/StatusGlyph';
import { ChosenLines } from './ChosenLines';
import { FindService } from './FindService';

const text = serviceText.needs;

interface Props {
  /** The service itself, once there is one. */
  self: string | undefined;
  value: readonly NeededService[];
  errors: readonly string[] | undefined;
  onChange: (value: NeededService[]) => void;
}

export function NeededServices({ self, value, errors, onChange }: Props) {
  const lines = value.map((one) => ({
    key: one.id,
    name: one.name,
    standing: <StatusLabel status={one.status} />,
    onRemove: () => onChange(value.filter((other) => other !== one)),
  }));

  return (
    <ChosenLines text={text} lines={lines} errors={errors}>
      <FindService
        className="max-w-sm"
        text={text}
        isTaken={(id) => id === self || value.some((one) => one.id === id)}
        onTake={({ id, name, current_status }) =>
          onChange([...value, { id, name, status: current_status.status }])
        }
      />
    </ChosenLines>
  );
}
