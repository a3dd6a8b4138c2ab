-- Other people's status pages, each read once for everybody who watches it.

create table vendor_pages (
    id uuid primary key,
    -- How it is read (statuspage_parser::Source).
    source jsonb not null,
    -- The addresses that a reading fetches, sorted, and their SHA-256: what makes two pages the same.
    urls text[] not null,
    urls_digest bytea not null unique,
    -- As the page calls itself, and the address for people.
    name text not null,
    home text not null,
    -- Which part of the ownership ring it belongs to, 0–4095; its services belong there too.
    shard smallint not null check (shard between 0 and 4095),
    -- The last time that somebody searched for it; a page without services is forgotten a day later.
    sought_at timestamptz not null default now(),
    -- The last reading (statuspage_parser::Page) and its documents with their validators, for conditional requests.
    page jsonb,
    parts jsonb not null default '[]',
    -- When it was last read, when that was last tried, and how often in a row it failed since, with the reason.
    read_at timestamptz,
    tried_at timestamptz,
    failures integer not null default 0,
    failure jsonb,
    -- Not to be asked before: the page said so, or it keeps failing.
    not_before timestamptz,
    created_at timestamptz not null default now()
);
create index vendor_pages_shard_idx on vendor_pages (shard);

alter table services
    -- A vendor page has no address of its own to be looked at.
    alter column url drop not null,
    add column vendor_page_id uuid references vendor_pages;
create index services_vendor_page_idx on services (vendor_page_id) where vendor_page_id is not null;

-- Parts of vendor pages that a service of one's own depends on.
create table service_dependencies (
    service_key integer not null references services (key) on delete cascade,
    vendor_page_id uuid not null references vendor_pages,
    -- domain::vendor::Component; null for the page as a whole
    component jsonb,
    -- Its key, or '' for the whole page.
    component_key text not null,
    primary key (service_key, vendor_page_id, component_key)
);
create index service_dependencies_page_idx on service_dependencies (vendor_page_id);

alter table incident_events
    -- What must not stand twice in one timeline, such as one update by a vendor; null for what may.
    add column mark text;
create unique index incident_events_mark_idx on incident_events (incident_id, mark) where mark is not null;
