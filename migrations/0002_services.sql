-- What is watched, and where each service stands.

create table services (
    id uuid primary key,
    -- The narrow number under which checks are stored.
    key integer not null generated always as identity unique,
    workspace_id uuid not null references workspaces on delete cascade,
    name text not null,
    monitor_type text not null,
    url text not null,
    -- Everything that is asked and expected, without secrets (domain::target::HttpTarget).
    target jsonb not null,
    -- Values of request headers and the request body, sealed with the installation's key.
    secrets bytea,
    category text,
    tags text[] not null default '{}',
    check_interval_s integer not null,
    retries smallint not null default 2,
    status_page_url text,
    paused_at timestamptz,
    -- Rises on every edit, pause and resume; a look carries the revision it ran under.
    revision integer not null default 1,
    -- Which part of the ownership ring it belongs to, 0–4095; a pure function of the id.
    shard smallint not null check (shard between 0 and 4095),
    -- A look outside the grid was asked for; due while it is later than the last slot.
    look_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index services_workspace_idx on services (workspace_id, created_at, id);
create index services_shard_idx on services (shard);

-- One row per service, updated in place by every batch: rows stay on their page, and what every look changes stands
-- last, so that the log holds little more than that.
create table service_health (
    service_key integer primary key references services (key) on delete cascade,
    workspace_id uuid not null,
    -- domain::health::Health
    health smallint not null default 0,
    -- The latest verdict and code, and since when the verdict has been the same.
    verdict smallint,
    code smallint,
    incident_severity smallint,
    incident_worst smallint,
    since timestamptz not null,
    incident_started_at timestamptz,
    good_since timestamptz,
    incident_id uuid,
    -- Closed hours and days (domain::recent).
    recent bytea not null default '',
    -- The good look before things went wrong, kept as evidence for the next incident (domain::incident::KeptLook).
    good_look jsonb,
    -- What the latest look saw (domain::latest::LatestLook); written again only when more than its timings changed.
    look jsonb,
    -- Of everything in `look` but times and timings.
    look_digest bigint not null default 0,
    last_stands_for_ms integer,
    last_status_code smallint,
    last_slot timestamptz,
    last_started_at timestamptz,
    last_total_us integer,
    -- The running hour and the one before (domain::open_hours).
    open_hours bytea not null default '',
    -- Timings of the latest look, hop by hop (domain::packed).
    timings bytea not null default ''
) with (fillfactor = 60);
create index service_health_workspace_idx on service_health (workspace_id);

-- One row per slot. No foreign keys, no text but the rare detail; 0 and '' stand for none, so that no row carries a null map.
create table checks (
    slot_at timestamptz not null,
    service_key integer not null,
    -- How long the row speaks for, from its slot on.
    stands_for_ms integer not null,
    -- 0: no complete answer.
    total_us integer not null,
    status_code smallint not null,
    -- Start of the first attempt minus slot; 32,767 means that or more.
    late_ms smallint not null,
    verdict smallint not null,
    code smallint not null,
    phase smallint not null,
    attempts smallint not null,
    -- dns, tcp, tls, send, ttfb, transfer of the last hop in µs, LEB128.
    phases bytea not null default '',
    -- Facts of a failure as JSON, with the time of the first failing attempt.
    detail text not null default '',
    primary key (service_key, slot_at)
) partition by range (slot_at);

-- Days whose checks were dropped; such a day is never made again.
create table dropped_days (
    day date primary key,
    dropped_at timestamptz not null default now()
);

create table rollup_hours (
    service_key integer not null,
    hour timestamptz not null,
    up_ms integer not null,
    degraded_ms integer not null,
    down_ms integer not null,
    unknown_ms integer not null,
    maintenance_ms integer not null,
    looks integer not null,
    failed integer not null,
    -- domain::histogram
    latency bytea not null,
    primary key (service_key, hour)
);

create table rollup_days (
    service_key integer not null,
    day date not null,
    up_ms integer not null,
    degraded_ms integer not null,
    down_ms integer not null,
    unknown_ms integer not null,
    maintenance_ms integer not null,
    looks integer not null,
    failed integer not null,
    latency bytea not null,
    primary key (service_key, day)
);

-- Hours whose rollup is older than a check that arrived late.
create table dirty_hours (
    service_key integer not null,
    hour timestamptz not null,
    primary key (service_key, hour)
);

-- Up to where the hours of a shard are closed.
create table rollup_shards (
    shard smallint primary key,
    closed_until timestamptz not null
);

create table incidents (
    id uuid primary key,
    service_key integer not null references services (key) on delete cascade,
    workspace_id uuid not null,
    -- The first failing look, not the moment of opening.
    started_at timestamptz not null,
    opened_at timestamptz not null,
    resolved_at timestamptz,
    resolution text,
    -- domain::incident::Severity: now (or at the end) and at its worst
    severity smallint not null,
    worst smallint not null,
    -- domain::failure::Failure of the look that opened it
    cause jsonb,
    checks_failed integer not null default 1,
    -- domain::incident::KeptLook
    first_failed jsonb,
    last_good jsonb,
    check (resolved_at >= started_at)
);
create unique index incidents_one_open on incidents (service_key) where resolved_at is null;
create index incidents_workspace_idx on incidents (workspace_id, started_at desc, id desc);
create index incidents_service_idx on incidents (service_key, started_at desc, id desc);
create index incidents_open_idx on incidents (workspace_id) where resolved_at is null;

create table incident_events (
    id bigint generated always as identity primary key,
    incident_id uuid not null references incidents on delete cascade,
    at timestamptz not null,
    -- domain::incident::IncidentEvent
    event jsonb not null
);
create index incident_events_incident_idx on incident_events (incident_id, at, id);
