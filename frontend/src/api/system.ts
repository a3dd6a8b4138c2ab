/** How the installation is, for those who operate it. */
import { queryOptions } from '@tanstack/react-query';
import { keys } from './keys';
import { isPageError } from './problem';
import type { components } from './schema.gen';
import { api, body } from './transport';

export type System = components['schemas']['System'];
export type Worker = components['schemas']['Worker'];

export const systemQuery = () =>
  queryOptions({
    queryKey: keys.system,
    queryFn: ({ signal }) => body<System>(api.GET('/api/system', { signal })),
    // Workers report every few seconds.
    refetchInterval: 5_000,
    throwOnError: isPageError,
  });
