-- Users, how they sign in, their workspaces, and who did what.

create table users (
    id uuid primary key,
    email text not null check (length(email) between 3 and 320),
    name text not null check (length(name) between 1 and 200),
    avatar_url text,
    -- Sees system health and installation settings; not a workspace role.
    is_operator boolean not null default false,
    -- Theme, category order, density: one's own, shown to nobody else.
    preferences jsonb not null default '{}',
    created_at timestamptz not null default now(),
    last_sign_in_at timestamptz
);
create unique index users_email_key on users (lower(email));

-- A sign-in through Google or GitHub. The subject is the provider's, never the e-mail.
create table identities (
    provider text not null check (provider in ('google', 'github')),
    subject text not null,
    user_id uuid not null references users on delete cascade,
    email text not null,
    created_at timestamptz not null default now(),
    primary key (provider, subject)
);
create index identities_user_idx on identities (user_id);

create table password_credentials (
    user_id uuid primary key references users on delete cascade,
    -- PHC string of argon2id.
    hash text not null,
    changed_at timestamptz not null default now()
);

-- One sign-in on one device: a family of refresh tokens. Tokens are derived from id, generation and key; none is stored.
create table sessions (
    id uuid primary key,
    user_id uuid not null references users on delete cascade,
    auth_provider text not null check (auth_provider in ('local', 'google', 'github')),
    generation integer not null default 0,
    -- When the generation last rose: for 30 s the one before it still leads to the same successor.
    rotated_at timestamptz not null,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    user_agent text not null default '',
    address text not null default ''
);
create index sessions_user_idx on sessions (user_id);
create index sessions_expires_idx on sessions (expires_at);

-- Set-up links, kept only as hashes and accepted by any replica until the first operator exists.
create table setup_tokens (
    hash bytea primary key,
    created_at timestamptz not null default now()
);

-- OAuth states that were used, so that none works twice.
create table spent_oauth_states (
    hash bytea primary key,
    expires_at timestamptz not null
);

create table workspaces (
    id uuid primary key,
    name text not null check (length(name) between 1 and 200),
    -- The user whose personal workspace this is; erased with the account.
    personal_of uuid unique references users on delete cascade,
    created_at timestamptz not null default now()
);

create table memberships (
    workspace_id uuid not null references workspaces on delete cascade,
    user_id uuid not null references users on delete cascade,
    -- 1 viewer, 2 editor, 3 owner
    role smallint not null check (role between 1 and 3),
    created_at timestamptz not null default now(),
    primary key (workspace_id, user_id)
);
create index memberships_user_idx on memberships (user_id);

create table audit_log (
    id uuid primary key,
    at timestamptz not null default now(),
    -- Kept when the workspace or the person is gone.
    workspace_id uuid,
    user_id uuid,
    action text not null,
    subject text not null default '',
    detail jsonb not null default '{}',
    address text not null default ''
);
create index audit_log_workspace_idx on audit_log (workspace_id, at desc);
