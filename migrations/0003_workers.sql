-- Who looks, and what could not be recorded.

create table workers (
    id uuid primary key,
    host text not null,
    version text not null,
    started_at timestamptz not null default now(),
    heartbeat_at timestamptz not null default now(),
    -- Lag, missed slots, spool and the like, for system health.
    figures jsonb not null default '{}'
);

-- Looks that the database refused, each alone; kept for the operator.
create table refused_looks (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    service_key integer not null,
    slot_at timestamptz not null,
    reason text not null
);
