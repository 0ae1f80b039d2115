-- +goose Up
create table facts (
  name text primary key,
  value text not null
);

create table organisations (
  id uuid primary key,
  name text not null,
  currency text not null,
  time_zone text not null,
  country text not null,
  terms_days bigint not null,
  year_start bigint not null,
  invoice_prefix text not null,
  order_prefix text not null,
  tax_rates text not null default '{}',
  created_at timestamptz not null
);

create table users (
  id uuid primary key,
  email text not null unique,
  name text not null,
  password_hash text not null,
  disabled_at timestamptz,
  created_at timestamptz not null
);

create table members (
  org_id uuid not null references organisations (id),
  user_id uuid not null references users (id),
  role text not null,
  created_at timestamptz not null,
  primary key (org_id, user_id)
);
create index members_by_user on members (user_id);

create table sessions (
  token_hash text primary key,
  user_id uuid not null references users (id),
  org_id uuid not null references organisations (id),
  user_agent text not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null
);
create index sessions_by_user on sessions (user_id);
create index sessions_by_expiry on sessions (expires_at);

create table api_tokens (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  name text not null,
  role text not null,
  token_hash text not null unique,
  hint text not null,
  created_by text not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);
create index api_tokens_by_org on api_tokens (org_id, id);

create table sign_in_failures (
  subject text primary key,
  failures bigint not null,
  since timestamptz not null
);

create table idempotency_keys (
  org_id uuid not null,
  key text not null,
  fingerprint text not null,
  status bigint not null,
  content_type text not null,
  body text not null,
  created_at timestamptz not null,
  primary key (org_id, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

create table notifications (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  cause text not null,
  level text not null,
  title text not null,
  text text not null,
  href text not null,
  created_at timestamptz not null,
  read_at timestamptz
);
create index notifications_by_org on notifications (org_id, id);
create index notifications_by_cause on notifications (org_id, cause, created_at);
