/** How high the dashboard's rows are: seen at once, taken back with a message when refused. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { preferencesQuery, saveDensity } from '@/api/account';
import type { Density } from '@/api/contract';
import { sentenceOf } from '@/api/problem';
import { keptDensity } from '@/features/service/list/density';
import { accountText } from '@/lib/text/account';
import { Segmented } from '@/ui/Segmented';
import { toast } from '@/ui/Toasts';

const text = accountText.page;
const densities = Object.keys(text.densities) as Density[];

export function DensityChoice() {
  const { data: preferences } = useQuery(preferencesQuery());
  const save = useDensityChoice();
  const stored = preferences?.density ?? keptDensity();
  return (
    <div className="mt-6">
      <h3 className="mb-1.5 text-sm font-medium">{text.density}</h3>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Segmented
          label={text.density}
          // What is on its way shows already.
          value={save.isPending ? save.variables : stored}
          onChange={save.mutate}
          options={densities.map((value) => ({ value, label: text.densities[value] }))}
        />
        <p className="text-sm text-faint">{text.densityHint}</p>
      </div>
    </div>
  );
}

function useDensityChoice() {
  const client = useQueryClient();
  const { queryKey } = preferencesQuery();
  const assume = (density: Density | undefined) =>
    client.setQueryData(queryKey, (data) => data && density && { ...data, density });
  return useMutation({
    mutationFn: saveDensity,
    // One after the other: the last choice is the one that stands.
    scope: { id: 'density' },
    onMutate: async (density: Density) => {
      // An answer that is on its way tells of the choice before.
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData(queryKey)?.density;
      assume(density);
      return before;
    },
    onSuccess: (saved) => client.setQueryData(queryKey, saved),
    onError: (error, _, before) => {
      assume(before);
      toast(sentenceOf(error), { kind: 'error' });
      // What was on its way was given up.
      void client.invalidateQueries({ queryKey });
    },
  });
}
