-- +goose Up
-- Sending or reading many records at a person's wish, and what becomes of each.
create table bulk_runs (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  service text not null,
  direction text not null,
  kind text not null,
  filter text not null,
  state text not null,
  starts boolean not null, -- by itself, once it is prepared
  place text not null,     -- where preparing or reading goes on
  pages bigint not null,
  records bigint not null,
  changed bigint not null,
  unchanged bigint not null,
  ignored bigint not null,
  problem text not null,
  actor text not null,
  created_at timestamptz not null,
  begun_at timestamptz,
  resumed_at timestamptz,
  ended_at timestamptz,
  updated_at timestamptz not null
);
create index bulk_runs_by_org on bulk_runs (org_id, service, id);
create index bulk_runs_open on bulk_runs (service, org_id) where state in ('preparing', 'running', 'paused', 'stopping');

create table bulk_items (
  run_id uuid not null references bulk_runs (id),
  kind text not null,
  record_id uuid not null,
  org_id uuid not null,
  rank bigint not null,     -- kinds go in this order
  position bigint not null, -- in the list
  label text not null,
  about text not null,
  version bigint not null,
  plan text not null,
  reason text not null,
  code text not null,
  next_action text not null,
  state text not null,
  before text not null, -- JSON of the link as it was; empty: there was none
  settled_at timestamptz,
  primary key (run_id, kind, record_id)
);
create index bulk_items_in_order on bulk_items (run_id, position);
create index bulk_items_by_state on bulk_items (run_id, state, rank, plan, position);
