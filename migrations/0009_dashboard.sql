-- What a dashboard counts, sorts and filters by stands beside the configuration: rows of `services` change seldom, so
-- that their indexes stay small and quiet, while those of `service_health` change with every look.

alter table services
    -- The verdict in `service_health`, kept the same by the trigger below.
    add column verdict smallint,
    -- What needs attention first: 0 down, 1 degraded, 2 unknown, 3 maintenance, 4 up, 5 pending, 6 paused.
    add column standing smallint not null generated always as (
        case when paused_at is not null then 6 when verdict is null then 5 when verdict = 3 then 0
             when verdict = 2 then 1 when verdict = 4 then 2 when verdict = 5 then 3 else 4 end) stored;
update services s set verdict = h.verdict from service_health h where h.service_key = s.key and h.verdict is not null;

create or replace function services_take_verdict() returns trigger language plpgsql as $$
begin
    update services set verdict = new.verdict where key = new.service_key;
    return null;
end $$;
-- Only for a verdict that is another one: a look without news costs a comparison.
create trigger service_health_verdict after update of verdict on service_health
    for each row when (old.verdict is distinct from new.verdict) execute function services_take_verdict();

-- One index for each order in which pages are read, by the very keys of db::services::listing.
create index services_by_name on services (workspace_id, (lower(name)) collate "C", id);
create index services_by_category on services (workspace_id,
    (case when category is null then '1' else '0' || lower(category) end || chr(1) || lower(name)) collate "C", id);
create index services_by_status on services (workspace_id, (chr(48 + standing) || lower(name)) collate "C", id);
create index services_in_category on services (workspace_id, category, (lower(name)) collate "C", id);
-- Counting by standing and category, without a look at the table.
create index services_standing on services (workspace_id, standing, category);

-- The median latency of the last 24 closed hours (domain::latency_hours); '' for none.
alter table service_health add column latency_hours bytea not null default '';
