/** Ends a mute now: what was held back and is still wrong is told at once. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { keys } from '@/api/keys';
import { endMute } from '@/api/mutes';
import { sentenceOf } from '@/api/problem';
import { muteText as text } from '@/lib/text/mute';
import { Button } from '@/ui/Button';
import { toast } from '@/ui/Toasts';

interface Props {
  service: string;
  name: string;
  /** Stands in a list with others: its name says which one it ends. */
  named?: boolean;
}

export function EndMute({ service, name, named = false }: Props) {
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () => endMute(service),
    onSuccess: () => {
      toast(text.ended(name));
      return client.invalidateQueries({ queryKey: keys.mutes });
    },
    onError: (error) => toast(sentenceOf(error), { kind: 'error' }),
  });
  return (
    <Button
      size="sm"
      busy={end.isPending && text.ending}
      {...(named ? { 'aria-label': text.endOf(name) } : {})}
      onClick={() => end.mutate()}
    >
      {text.end}
    </Button>
  );
}
