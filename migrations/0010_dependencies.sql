-- Services that stand behind other services, and notices that wait for what stands before theirs.

create table service_needs (
    service_key integer not null references services (key) on delete cascade,
    -- A service of the same workspace; following these never leads back (db::service_needs).
    needs_key integer not null references services (key) on delete cascade,
    primary key (service_key, needs_key),
    check (service_key <> needs_key)
);
create index service_needs_needs_idx on service_needs (needs_key);

-- When something that its service depends on was last seen in trouble.
alter table outbox add column held_at timestamptz;

-- Begins of maintenance windows that were told of are asked for every few seconds until their end was told too.
create index outbox_maintenance_idx on outbox (created_at) where kind = 'maintenance_started';
