/** Pause, resume, look now and delete: seen at once, rolled back with a message when refused. */
import { useQueryClient } from '@tanstack/react-query';
import type { Service } from '@/api/contract';
import { keys } from '@/api/keys';
import { assumeStatus, markGone } from '@/api/live-cache';
import { deleteLater, holdDelete, UNDO_MS, undoDelete } from '@/api/pending-delete';
import { sentenceOf } from '@/api/problem';
import { lookNow, pauseService, resumeService } from '@/api/services';
import { serviceText } from '@/lib/text/service';
import { shellText } from '@/lib/text/shell';
import { dismissToast, toast } from '@/ui/Toasts';

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

  return {
    look(service: Service) {
      toast(text.asked(service.name));
      lookNow(service.id).then(() => refetch(service.id), refused(service));
    },

    setPaused(service: Service, paused: boolean) {
      // The new state is shown before the server has confirmed it.
      const takeBack = assumeStatus(client, service, paused ? 'paused' : 'pending');
      const done = async () => {
        toast(paused ? text.paused(service.name) : text.resumed(service.name));
        await refetch(service.id);
      };
      (paused ? pauseService : resumeService)(service.id).then(done, (error: unknown) => {
        takeBack();
        return refused(service)(error);
      });
    },

    remove(service: Service) {
      const ids = [service.id];
      const message = toast(text.removed(service.name), {
        forMs: UNDO_MS,
        undo: {
          label: shellText.undo,
          onHold: (held) => holdDelete(ids, held),
          run: () => {
            if (undoDelete(ids)) toast(text.restored(service.name));
            else toast(text.removedAlready(service.name), { kind: 'error' });
          },
        },
      });
      deleteLater(
        ids,
        () => {
          markGone(client, ids);
          void client.invalidateQueries({ queryKey: keys.serviceLists });
          void client.invalidateQueries({ queryKey: keys.summary });
          void client.invalidateQueries({ queryKey: keys.incidents });
        },
        refused(service),
        () => dismissToast(message),
      );
    },
  };
}
