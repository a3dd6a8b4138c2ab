/** Follows another component of the same page, as when the old one is gone. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ServiceDetail } from '@/api/contract';
import { keys } from '@/api/keys';
import { updateService } from '@/api/services';
import { vendorText } from '@/lib/text/vendor';
import { toast } from '@/ui/Toasts';
import { refusalOf } from './form-refusal';

export function usePickComponent(service: ServiceDetail) {
  const client = useQueryClient();
  const picking = useMutation({
    mutationFn: (component_name: string) =>
      updateService(service.id, { component_name, component_key: null }, service.etag),
    onSuccess: async (_, name) => {
      toast(vendorText.gone.done(name));
      await client.invalidateQueries({ queryKey: keys.services });
    },
  });
  return {
    pick: (name: string) => {
      if (!picking.isPending) picking.mutate(name);
    },
    busy: picking.isPending ? picking.variables : null,
    refusal: picking.isError ? refusalOf(picking.error).general : null,
  };
}
