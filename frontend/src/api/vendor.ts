/** Vendor pages: the catalogue of well-known services, and what a page has to offer. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { CatalogueEntry, Discovery } from './contract';
import { keys } from './keys';
import { api, body } from './transport';

/** As many suggestions as can be seen at once. */
const SUGGESTIONS = 8;
const DAY_MS = 86_400_000;

export const catalogueQuery = (q: string) =>
  queryOptions({
    queryKey: keys.catalogue({ q }),
    queryFn: ({ signal }) =>
      body<CatalogueEntry[]>(
        api.GET('/api/catalogue', { params: { query: { q, limit: SUGGESTIONS } }, signal }),
      ),
    staleTime: DAY_MS,
    placeholderData: keepPreviousData,
    retry: false,
  });

/** The well-known service at whose host an address is. */
export const catalogueHostQuery = (host: string) =>
  queryOptions({
    queryKey: keys.catalogue({ host }),
    queryFn: ({ signal }) =>
      body<CatalogueEntry[]>(api.GET('/api/catalogue', { params: { query: { host } }, signal })),
    staleTime: DAY_MS,
    retry: false,
  });

/** A search is asked for once: what it found stays until somebody searches again. */
const once = { staleTime: Number.POSITIVE_INFINITY, gcTime: 0, retry: false } as const;

export const discover = (url: string, signal?: AbortSignal) =>
  body<Discovery>(
    api.POST('/api/services/discover', {
      body: { url },
      ...(signal === undefined ? {} : { signal }),
    }),
  );

export const discoverQuery = (url: string, round: number) =>
  queryOptions({
    queryKey: keys.discovery({ url, round }),
    queryFn: ({ signal }) => discover(url, signal),
    ...once,
  });

export const readUrlsQuery = (urls: readonly string[]) =>
  queryOptions({
    queryKey: keys.discovery({ urls }),
    queryFn: () => readUrls(urls),
    ...once,
  });

export const readUrls = (urls: readonly string[]) =>
  body<Discovery>(api.POST('/api/services/validate-url', { body: { urls: [...urls] } }));
