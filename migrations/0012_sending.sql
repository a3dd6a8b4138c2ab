-- Until when a message is tried, and indexes for what is asked of notices every few seconds.

-- Sending it again gives it another day. The default is for a version before that knows nothing of it.
alter table messages add column give_up_at timestamptz not null default now() + interval '1 day';
update messages set give_up_at = created_at + interval '1 day' where outcome is null;

-- The messages of a channel that are not settled, among all that were.
create index messages_under_way_idx on messages (channel_id, id) where outcome is null;

-- Who was told that nobody could tell for long, and that a service flaps.
create index outbox_unknown_idx on outbox (service_id, occurred_at) where kind = 'unknown_long';
create index outbox_flapping_idx on outbox (service_id, created_at) where kind = 'flapping';
