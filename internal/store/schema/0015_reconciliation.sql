-- +goose Up
create table reconciliations (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  service text not null,
  state text not null,
  stage text not null,
  compared bigint not null,
  found bigint not null,
  problem text not null,
  actor text not null,
  started_at timestamptz not null,
  updated_at timestamptz not null,
  finished_at timestamptz
);
create index reconciliations_by_org on reconciliations (org_id, id);
create index reconciliations_running on reconciliations (service) where state = 'running';

create table reconciliation_differences (
  run_id uuid not null references reconciliations (id),
  org_id uuid not null,
  position bigint not null,
  kind text not null,
  what text not null,
  record_id uuid,
  remote_id text not null,
  label text not null,
  ours text not null,
  theirs text not null,
  acted_by text not null,
  acted_at timestamptz,
  primary key (run_id, position)
);

create table reconciliation_months (
  run_id uuid not null references reconciliations (id),
  org_id uuid not null,
  kind text not null,
  month text not null,
  ours bigint not null,
  ours_total bigint not null,
  theirs bigint not null,
  theirs_total bigint not null,
  primary key (run_id, kind, month)
);

-- Differences that somebody has looked at and that are to stay.
create table reconciliation_accepted (
  org_id uuid not null references organisations (id),
  service text not null,
  kind text not null,
  what text not null,
  subject text not null,
  actor text not null,
  reason text not null,
  created_at timestamptz not null,
  primary key (org_id, service, kind, what, subject)
);
