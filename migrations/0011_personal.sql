-- What is a person's own: an address that is known to be theirs, and a report of the week by mail.

alter table users
    -- When the link in a message to this address was opened, or a provider vouched for it; null for nobody's word.
    add column email_verified_at timestamptz;
update users u set email_verified_at = u.created_at
    where exists (select from identities i where i.user_id = u.id and lower(i.email) = lower(u.email));

-- How somebody wants the report of the week. Whoever has no row never chose.
create table report_wishes (
    user_id uuid primary key references users on delete cascade,
    -- 1 Monday to 7 Sunday
    weekday smallint not null check (weekday between 1 and 7),
    -- A name of the time zone database.
    zone text not null,
    -- When the next one is due; null while it is switched off.
    next_at timestamptz
);
create index report_wishes_due_idx on report_wishes (next_at) where next_at is not null;

-- Mail to one person: written in the transaction of what it tells, sent by whichever worker has a mail server.
create table letters (
    id uuid primary key,
    user_id uuid not null references users on delete cascade,
    kind text not null check (kind in ('verification', 'report')),
    -- A verification: the address that it verifies, which may not be the account's yet.
    address text,
    -- A report: of which workspace and of which week (its Monday); composed once (domain::report::Report).
    workspace_id uuid references workspaces on delete cascade,
    week date,
    body jsonb,
    created_at timestamptz not null default now(),
    -- After that it is of no use any more.
    expires_at timestamptz not null,
    -- A verification whose link was opened.
    used_at timestamptz,
    -- Null while it is to be sent; then 'sent', 'refused', 'given_up' or 'dropped'.
    outcome text,
    -- Why it was not sent, in one sentence.
    detail text not null default '',
    settled_at timestamptz,
    attempts integer not null default 0,
    next_at timestamptz not null,
    -- A worker is sending it; when this is over, or the worker is not live any more, somebody else does.
    claimed_until timestamptz,
    claimed_by uuid,
    check (case kind when 'verification' then address is not null else workspace_id is not null and week is not null end)
);
create unique index letters_report_key on letters (user_id, workspace_id, week) where kind = 'report';
create index letters_waiting_idx on letters (next_at) where outcome is null;
create index letters_user_idx on letters (user_id, created_at desc);
create index letters_created_idx on letters (created_at);
