/** Maintenance windows: spans in which trouble is expected. */
import { queryOptions } from '@tanstack/react-query';
import { keys } from './keys';
import { isPageError } from './problem';
import type { components } from './schema.gen';
import { api, body, page } from './transport';

type Schemas = components['schemas'];
export type MaintenanceWindow = Schemas['MaintenanceWindow'];
export type SoonWindow = Schemas['SoonWindow'];
export type MaintenanceDraft = Schemas['MaintenanceInput'];

export const maintenanceQuery = () =>
  queryOptions({
    queryKey: keys.maintenance,
    queryFn: ({ signal }) => body<MaintenanceWindow[]>(api.GET('/api/maintenance', { signal })),
    throwOnError: isPageError,
  });

/** What is under way or begins within a day, in short, for the dashboard: company there, whose failure is no page of its own. */
export const soonWindowsQuery = () =>
  queryOptions({
    queryKey: keys.soonWindows,
    queryFn: ({ signal }) => page<SoonWindow>(api.GET('/api/maintenance/soon', { signal })),
    refetchInterval: 300_000,
    staleTime: 60_000,
  });

export const calendarQuery = () =>
  queryOptions({
    queryKey: keys.calendar,
    queryFn: ({ signal }) => body(api.GET('/api/maintenance/calendar', { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Also out of a window that was there: it gets another id. */
export const createWindow = (draft: Required<MaintenanceDraft>) => {
  const { title, begins, zone, duration_s, rule, categories, service_ids } = draft;
  return body<MaintenanceWindow>(
    api.POST('/api/maintenance', {
      body: { title, begins, zone, duration_s, rule, categories, service_ids },
    }),
  );
};

export const updateWindow = (id: string, draft: MaintenanceDraft) =>
  body<MaintenanceWindow>(
    api.PUT('/api/maintenance/{id}', { params: { path: { id } }, body: draft }),
  );

export const deleteWindow = (id: string) =>
  body(api.DELETE('/api/maintenance/{id}', { params: { path: { id } } }));
