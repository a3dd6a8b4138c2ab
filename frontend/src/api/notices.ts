/** Notices: where people hear, of what, and everything that was said. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { keys } from './keys';
import { isPageError } from './problem';
import type { components } from './schema.gen';
import { api, asked, body, page } from './transport';

type Schemas = components['schemas'];
export type Channel = Schemas['Channel'];
export type NewChannel = Schemas['NewChannel'];
/** The fields of a configuration depend on the kind, which the document does not tell. */
export type ChannelDraft = Omit<Schemas['ChannelInput'], 'config'> & {
  config?: Record<string, unknown>;
};
const sent = (draft: ChannelDraft) => draft as Schemas['ChannelInput'];
export type Preview = Schemas['Preview'];
export type PreviewPart = Schemas['PreviewPart'];
export type NoticeRule = Schemas['NoticeRule'];
export type RuleDraft = Schemas['NoticeRuleInput'];
export type Delivery = Schemas['Delivery'];
export type DeliveryDetail = Schemas['DeliveryDetail'];
export type LinkFollowed = Schemas['LinkFollowed'];
export type Acknowledgement = Schemas['Acknowledgement'];

/** How often the ledger is read while something in it is under way. */
const UNDER_WAY_MS = 2_000;

export const channelsQuery = () =>
  queryOptions({
    queryKey: keys.channels,
    queryFn: ({ signal }) => body<Channel[]>(api.GET('/api/channels', { signal })),
    throwOnError: isPageError,
  });

export const rulesQuery = () =>
  queryOptions({
    queryKey: keys.rules,
    queryFn: ({ signal }) => body<NoticeRule[]>(api.GET('/api/notice-rules', { signal })),
  });

export const channelQuery = (id: string) =>
  queryOptions({
    queryKey: keys.channel(id),
    queryFn: ({ signal }) =>
      body<Channel>(api.GET('/api/channels/{id}', { params: { path: { id } }, signal })),
    throwOnError: isPageError,
  });

/** What the channel would be sent, made of an example; nothing is sent. */
export const previewQuery = (id: string, kind: string) =>
  queryOptions({
    queryKey: keys.preview(id, kind),
    queryFn: ({ signal }) =>
      body<Preview>(
        api.GET('/api/channels/{id}/preview', {
          params: { path: { id }, query: { kind } },
          signal,
        }),
      ),
  });

export interface DeliveryFilters {
  channel_id?: string | undefined;
  outcome?: string | undefined;
}

export const deliveriesQuery = (filters: DeliveryFilters) =>
  infiniteQueryOptions({
    queryKey: keys.deliveries(filters),
    queryFn: ({ pageParam, signal }) =>
      page<Delivery>(
        api.GET('/api/deliveries', {
          params: { query: asked({ ...filters, cursor: pageParam }) },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    // What is under way has another line soon.
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some((one) => one.under_way)) === true
        ? UNDER_WAY_MS
        : false,
  });

export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: keys.delivery(id),
    queryFn: ({ signal }) =>
      body<DeliveryDetail>(api.GET('/api/deliveries/{id}', { params: { path: { id } }, signal })),
  });

export const createChannel = (draft: ChannelDraft) =>
  body<NewChannel>(api.POST('/api/channels', { body: sent(draft) }));

export const updateChannel = (id: string, draft: ChannelDraft) =>
  body<Channel>(api.PUT('/api/channels/{id}', { params: { path: { id } }, body: sent(draft) }));

export const deleteChannel = (id: string) =>
  body(api.DELETE('/api/channels/{id}', { params: { path: { id } } }));

export const testChannel = (id: string) =>
  body<DeliveryDetail>(api.POST('/api/channels/{id}/test', { params: { path: { id } } }));

export const rotateSecret = (id: string) =>
  body(api.POST('/api/channels/{id}/rotate-secret', { params: { path: { id } } }));

export const createRule = (draft: RuleDraft) =>
  body<NoticeRule>(api.POST('/api/notice-rules', { body: draft }));

export const updateRule = (id: string, draft: RuleDraft) =>
  body<NoticeRule>(api.PUT('/api/notice-rules/{id}', { params: { path: { id } }, body: draft }));

export const deleteRule = (id: string) =>
  body(api.DELETE('/api/notice-rules/{id}', { params: { path: { id } } }));

export const resend = (id: string) =>
  body(api.POST('/api/deliveries/{id}/resend', { params: { path: { id } } }));

export const followLink = (token: string) =>
  body<LinkFollowed>(api.POST('/api/links', { body: { token } }));

export const acknowledge = (incident: string, note: string) =>
  body<Acknowledgement>(
    api.POST('/api/incidents/{id}/acknowledge', {
      params: { path: { id: incident } },
      body: { note },
    }),
  );
