-- +goose Up
create table processes (
  id uuid primary key,
  host text not null,
  pid bigint not null,
  started_at timestamptz not null,
  seen_at timestamptz not null
);

create table connections (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  service text not null,
  remote_id text not null,
  tenant_id text not null,
  tenant_name text not null,
  short_code text not null,
  state text not null,
  reason text not null,
  sealed_token text not null,
  token_version bigint not null,
  access_expires_at timestamptz not null,
  refresh_expires_at timestamptz not null,
  refresh_by uuid,
  refresh_until timestamptz,
  settings text not null,
  connected_by text not null,
  connected_at timestamptz not null,
  paused_until timestamptz,
  last_sync_at timestamptz,
  last_error_at timestamptz,
  updated_at timestamptz not null,
  unique (org_id, service)
);
create index connections_by_tenant on connections (service, tenant_id);

create table authorisations (
  state_hash text primary key,
  org_id uuid not null,
  user_id uuid not null,
  service text not null,
  sealed text not null,
  expires_at timestamptz not null
);

create table cursors (
  org_id uuid not null,
  service text not null,
  kind text not null,
  since timestamptz not null,
  ran_at timestamptz not null,
  primary key (org_id, service, kind)
);

create table links (
  org_id uuid not null,
  service text not null,
  kind text not null,
  record_id uuid not null,
  label text not null,
  remote_id text not null,
  remote_number text not null,
  remote_version text not null,
  snapshot text not null,
  state text not null,
  priority bigint not null,
  wanted bigint not null,
  agreed bigint not null,
  attempts bigint not null,
  due_at timestamptz not null,
  claimed_by uuid,
  claimed_at timestamptz,
  write_key text not null,
  error_kind text not null,
  error_code text not null,
  error_text text not null,
  next_action text not null,
  failed_at timestamptz,
  seen_at timestamptz,
  dismissed_by text not null,
  dismiss_reason text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (org_id, service, kind, record_id)
);
create index links_waiting on links (service, state, due_at) where state in ('pending', 'unknown', 'sending');
create index links_of_org on links (org_id, service, kind, state, due_at);
create index links_failed on links (org_id, failed_at) where state in ('rejected', 'dead', 'blocked', 'dismissed');
create index links_by_remote on links (org_id, service, kind, remote_id) where remote_id <> '';

create table inbox_bells (
  service text primary key,
  rings bigint not null
);

create table inbox_events (
  id uuid primary key,
  service text not null,
  delivery_key text not null,
  org_id uuid,
  tenant_id text not null,
  category text not null,
  event_type text not null,
  resource_id text not null,
  occurred_at timestamptz not null,
  payload text not null,
  state text not null,
  result text not null,
  attempts bigint not null,
  repeats bigint not null,
  due_at timestamptz not null,
  claimed_by uuid,
  received_at timestamptz not null,
  processed_at timestamptz,
  unique (service, delivery_key)
);
create index inbox_events_waiting on inbox_events (service, due_at) where state in ('received', 'working');
create index inbox_events_by_org on inbox_events (org_id, id);

create table inbox_refusals (
  service text not null,
  reason text not null,
  day text not null,
  times bigint not null,
  last_at timestamptz not null,
  sample text not null,
  primary key (service, reason, day)
);

create table calls (
  id uuid primary key,
  org_id uuid not null,
  service text not null,
  method text not null,
  path text not null,
  http_status bigint not null,
  duration_micros bigint not null,
  correlation_id text not null,
  request text not null,
  response text not null,
  error text not null,
  created_at timestamptz not null
);
create index calls_by_age on calls (created_at);

create table sync_log (
  id uuid primary key,
  org_id uuid not null,
  service text not null,
  direction text not null,
  entity_type text not null,
  entity_id text not null,
  entity_label text not null,
  action text not null,
  status text not null,
  error text not null,
  attempt bigint not null,
  actor text not null,
  call_id uuid,
  duration_micros bigint not null,
  http_status bigint not null,
  created_at timestamptz not null
);
create index sync_log_by_org on sync_log (org_id, id);
create index sync_log_by_entity on sync_log (org_id, entity_id, id);
create index sync_log_failed on sync_log (org_id, id) where status = 'failed';
create index sync_log_by_age on sync_log (created_at);

create table budgets (
  service text not null,
  tenant text not null,
  span text not null,
  starts_at timestamptz not null,
  used bigint not null,
  seen bigint not null,
  size bigint not null,
  blocked_until timestamptz,
  primary key (service, tenant, span)
);

create table budget_slots (
  service text not null,
  tenant text not null,
  span text not null,
  slot text not null,
  expires_at timestamptz not null,
  primary key (service, tenant, span, slot)
);

create table budget_usage (
  service text not null,
  tenant text not null,
  minute timestamptz not null,
  used bigint not null,
  primary key (service, tenant, minute)
);

create table breakers (
  service text not null,
  tenant text not null,
  state text not null,
  failures bigint not null,
  until timestamptz,
  cause text not null,
  changed_at timestamptz,
  version bigint not null,
  primary key (service, tenant)
);
