-- Where people want to hear, of what, and everything that was or is to be said.

create table channels (
    id uuid primary key,
    workspace_id uuid not null references workspaces on delete cascade,
    name text not null check (length(name) between 1 and 100),
    -- domain::channel
    kind text not null,
    config jsonb not null,
    -- Its secret fields, sealed with the installation's key and the channel's id as context.
    secrets bytea,
    -- Somebody switched it off.
    paused_at timestamptz,
    -- It refused for good (a wrong token, a deleted room): nothing is sent until somebody changes or tries it.
    broken_at timestamptz,
    broken_reason text,
    -- Messages in any minute.
    most_per_minute smallint not null default 3 check (most_per_minute between 1 and 60),
    revision integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index channels_workspace_idx on channels (workspace_id, created_at, id);

-- For each channel the most specific rule about a service decides (domain::notice::rule).
create table notice_rules (
    id uuid primary key,
    workspace_id uuid not null references workspaces on delete cascade,
    channel_id uuid not null references channels on delete cascade,
    -- Both null: all services of the workspace.
    category text,
    service_id uuid references services on delete cascade,
    topics text[] not null,
    delay_s integer not null default 0 check (delay_s between 0 and 86400),
    remind_s integer check (remind_s between 300 and 604800),
    -- domain::notice::quiet::Quiet
    quiet jsonb,
    created_at timestamptz not null default now(),
    check (category is null or service_id is null)
);
create unique index notice_rules_scope_key
    on notice_rules (channel_id, coalesce(category, ''), coalesce(service_id, '00000000-0000-0000-0000-000000000000'));
create index notice_rules_workspace_idx on notice_rules (workspace_id);
create index notice_rules_service_idx on notice_rules (service_id) where service_id is not null;

-- What one channel is told at once. Composed once: every attempt says the same under the same key, which is the id.
create table messages (
    id uuid primary key,
    workspace_id uuid not null references workspaces on delete cascade,
    channel_id uuid not null references channels on delete cascade,
    -- domain::notice::message::Kind, and the message as it is rendered
    kind text not null,
    body jsonb not null,
    created_at timestamptz not null default now(),
    -- Null while it is to be sent; then 'sent', 'refused' or 'given_up'.
    outcome text,
    settled_at timestamptz,
    attempts integer not null default 0,
    -- Recipients (or incidents, for a pager) with which earlier attempts are done for good.
    done_with text[] not null default '{}',
    next_at timestamptz not null,
    -- A worker is sending it; when this is over, or the worker is not live any more, somebody else does.
    claimed_until timestamptz,
    claimed_by uuid
);
create index messages_waiting_idx on messages (next_at) where outcome is null;
create index messages_channel_idx on messages (channel_id, created_at desc);

-- Notices, written in the transaction of what they tell.
create table outbox (
    id bigint generated always as identity primary key,
    workspace_id uuid not null references workspaces on delete cascade,
    channel_id uuid not null references channels on delete cascade,
    -- Service, start of the trouble and kind: the same thing is noted once.
    key text not null,
    -- domain::notice::message::Kind
    kind text not null,
    service_id uuid,
    incident_id uuid,
    occurred_at timestamptz not null,
    due_at timestamptz not null,
    -- domain::notice::message::Subject
    subject jsonb not null,
    -- domain::notice::plan::Promise
    promise jsonb not null default '{}',
    -- How often it was put off because something that the service depends on is in trouble.
    held smallint not null default 0,
    -- The message that tells it, or why nobody will be told.
    message_id uuid references messages on delete set null,
    dropped text,
    created_at timestamptz not null default now(),
    unique (channel_id, key)
);
create index outbox_waiting_idx on outbox (channel_id, due_at) where message_id is null and dropped is null;
create index outbox_due_idx on outbox (due_at) where message_id is null and dropped is null;
create index outbox_incident_idx on outbox (incident_id) where incident_id is not null;
create index outbox_message_idx on outbox (message_id) where message_id is not null;
create index outbox_created_idx on outbox (created_at);

-- One attempt to say one message: the ledger.
create table deliveries (
    id uuid primary key,
    workspace_id uuid not null references workspaces on delete cascade,
    channel_id uuid not null references channels on delete cascade,
    message_id uuid not null references messages on delete cascade,
    at timestamptz not null,
    -- 'sent', 'retry', 'refused' or 'given_up'
    outcome text not null,
    -- Why not, in one sentence; or what the receiver calls it.
    detail text not null default '',
    took_ms integer not null,
    -- What was said and answered, without secrets (notify).
    transcript jsonb not null default '{}'
);
create index deliveries_workspace_idx on deliveries (workspace_id, at desc, id desc);
create index deliveries_message_idx on deliveries (message_id, at);
create index deliveries_at_idx on deliveries (at);

-- Incidents that somebody has taken on: no more reminders.
create table acknowledgements (
    incident_id uuid primary key references incidents on delete cascade,
    workspace_id uuid not null references workspaces on delete cascade,
    user_id uuid references users on delete set null,
    -- As it is shown: a person's name, or the channel whose link was followed.
    by_name text not null,
    note text not null default '',
    at timestamptz not null
);

-- Services of which nobody wants to hear until then.
create table mutes (
    service_id uuid primary key references services on delete cascade,
    workspace_id uuid not null references workspaces on delete cascade,
    until timestamptz not null,
    user_id uuid references users on delete set null,
    created_at timestamptz not null default now()
);

-- Services that go up and down: opens and ends are held until they have settled.
create table flapping (
    service_key integer primary key references services (key) on delete cascade,
    since timestamptz not null,
    changed_at timestamptz not null
);
