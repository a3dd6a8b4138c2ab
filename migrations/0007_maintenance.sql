-- Spans of time in which trouble is expected.

create table maintenance_windows (
    id uuid primary key,
    workspace_id uuid not null references workspaces on delete cascade,
    title text not null check (length(title) between 1 and 200),
    -- The first occurrence, on a clock on the wall of the zone.
    begins timestamp not null,
    zone text not null,
    duration_s integer not null check (duration_s between 60 and 604800),
    -- RFC 5545, as in FREQ=WEEKLY;BYDAY=SU; null for once.
    rule text,
    -- Both null: all services of the workspace.
    categories text[],
    service_ids uuid[],
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (categories is null or service_ids is null)
);
create index maintenance_windows_workspace_idx on maintenance_windows (workspace_id, created_at, id);

alter table services
    -- What its windows cover now or next (domain::maintenance::coverage), so that recording asks nobody.
    add column maintenance_from timestamptz,
    add column maintenance_until timestamptz;
create index services_maintenance_idx on services (maintenance_until) where maintenance_until is not null;
