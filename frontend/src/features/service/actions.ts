/** Pause, resume, look now and delete: seen at once, rolled back with a message when refused. */
import { useQueryClient } from '@tanstack/react-query';
import type { Service, StatusWord } from '@/api/contract';
import { keys } from '@/api/keys';
import { markGone, patchStatus } from '@/api/live-cache';
import { deleteLater, UNDO_MS, undoDelete } from '@/api/pending-delete';
import { sentenceOf } from '@/api/problem';
import { lookNow, pauseService, resumeService } from '@/api/services';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { now } from '@/lib/time';
import { toast } from '@/ui/Toasts';

const text = serviceText.page;

export function useServiceActions() {
  const client = useQueryClient();
  const refetch = (id: string) =>
    Promise.all([
      client.invalidateQueries({ queryKey: keys.service(id) }),
      client.invalidateQueries({ queryKey: keys.serviceLists }),
      client.invalidateQueries({ queryKey: keys.summary }),
    ]);
  const refused = (service: Service) => async (error: unknown) => {
    toast(sentenceOf(error), { kind: 'error' });
    await refetch(service.id);
  };

  /** Shows the new state before the server has confirmed it. */
  const assume = (service: Service, status: StatusWord) =>
    patchStatus(client, {
      service_id: service.id,
      status,
      response_time: service.current_status.response_time,
      checked_at: service.current_status.checked_at ?? new Date(now()).toISOString(),
    });

  return {
    look(service: Service) {
      toast(text.asked(service.name));
      lookNow(service.id).then(() => refetch(service.id), refused(service));
    },

    setPaused(service: Service, paused: boolean) {
      assume(service, paused ? 'paused' : 'pending');
      const done = async () => {
        toast(paused ? text.paused(service.name) : text.resumed(service.name));
        await refetch(service.id);
      };
      (paused ? pauseService : resumeService)(service.id).then(done, refused(service));
    },

    remove(service: Service) {
      deleteLater(
        [service.id],
        () => {
          markGone(client, [service.id]);
          void client.invalidateQueries({ queryKey: keys.serviceLists });
          void client.invalidateQueries({ queryKey: keys.summary });
          void client.invalidateQueries({ queryKey: keys.incidents });
        },
        refused(service),
      );
      toast(text.removed(service.name), {
        forMs: UNDO_MS,
        undo: {
          label: shellText.undo,
          run: () => {
            if (undoDelete([service.id])) toast(text.restored(service.name));
            else toast(text.removedAlready(service.name), { kind: 'error' });
          },
        },
      });
    },
  };
}
