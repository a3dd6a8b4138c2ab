/** Taking an open incident on: no more reminders of it, and everybody who was told hears who has it. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { IncidentDetail } from '@/api/contract';
import { keys } from '@/api/keys';
import { acknowledge } from '@/api/notices';
import { sentenceOf } from '@/api/problem';
import { useMayEdit } from '@/api/role';
import { noticeText as text } from '@/lib/text/notice';
import { Button } from '@/ui/Button';
import { toast } from '@/ui/Toasts';

export function TakeOn({ incident }: { incident: IncidentDetail }) {
  const client = useQueryClient();
  const mayEdit = useMayEdit();
  const taken = incident.timeline.some((event) => event.kind === 'acknowledged');
  const take = useMutation({
    mutationFn: () => acknowledge(incident.id, ''),
    onSuccess: (done) => {
      toast(text.takenOn(done.by));
      return client.invalidateQueries({ queryKey: keys.incident(incident.id) });
    },
    onError: (error) => toast(sentenceOf(error), { kind: 'error' }),
  });
  if (!mayEdit || taken || incident.resolved_at !== null) return null;
  return (
    <Button size="sm" busy={take.isPending && text.link.working} onClick={() => take.mutate()}>
      {text.takeOn}
    </Button>
  );
}
