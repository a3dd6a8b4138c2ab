/** Why a change was refused; where somebody else was faster, with a button that shows their version. */
import { serviceText } from '@/lib/text/service';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Page';
import type { Refusal } from './form-refusal';

interface Props {
  refusal: Pick<Refusal, 'general' | 'isOutdated'>;
  /** Lets the page be left without a question. */
  onReload: () => void;
}

export function ChangedElsewhere({ refusal, onReload }: Props) {
  return (
    <Notice kind="error">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p>{refusal.general}</p>
        {refusal.isOutdated && (
          <Button
            size="sm"
            onClick={() => {
              onReload();
              window.location.reload();
            }}
          >
            {serviceText.form.reload}
          </Button>
        )}
      </div>
    </Notice>
  );
}
