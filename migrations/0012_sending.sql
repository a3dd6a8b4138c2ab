-- Until when a message is tried.

-- Sending it again gives it another day. The default is for a version before that knows nothing of it.
alter table messages add column give_up_at timestamptz not null default now() + interval '1 day';
update messages set give_up_at = created_at + interval '1 day' where outcome is null;
