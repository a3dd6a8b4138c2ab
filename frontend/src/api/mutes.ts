/** Mutes: services of which nobody is told for a while. */
import { queryOptions } from '@tanstack/react-query';
import { keys } from './keys';
import type { components } from './schema.gen';
import { api, body } from './transport';

export type Mute = components['schemas']['Mute'];

/** No event tells of them. */
const READ_AGAIN_MS = 60_000;
const path = (id: string) => ({ path: { id } });

/** The one that ends soonest first. */
export const mutesQuery = () =>
  queryOptions({
    queryKey: keys.mutes,
    queryFn: ({ signal }) => body<Mute[]>(api.GET('/api/mutes', { signal })),
    refetchInterval: READ_AGAIN_MS,
  });

export const muteService = (id: string, until: string | null) =>
  body<Mute>(api.PUT('/api/services/{id}/mute', { params: path(id), body: { until } }));

export const endMute = (id: string) =>
  body(api.DELETE('/api/services/{id}/mute', { params: path(id) }));
