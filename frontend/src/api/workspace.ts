/** The workspace that one is in: its name and what it may hold. */
import { queryOptions } from '@tanstack/react-query';
import { keys } from './keys';
import { isPageError } from './problem';
import type { components } from './schema.gen';
import { api, body } from './transport';

export type Workspace = components['schemas']['Workspace'];

export const workspaceQuery = () =>
  queryOptions({
    queryKey: keys.workspace,
    queryFn: ({ signal }) => body<Workspace>(api.GET('/api/workspace', { signal })),
    staleTime: 60_000,
    throwOnError: isPageError,
  });

export const renameWorkspace = (name: string) =>
  body<Workspace>(api.PUT('/api/workspace', { body: { name } }));
