-- +goose Up
-- A copy of the contacts that a service keeps, with the keys by which they are
-- compared with customers. A match is what the comparison found last.
create table remote_contacts (
  org_id uuid not null,
  service text not null,
  remote_id text not null,
  name text not null,
  plain_name text not null,
  number text not null,
  email text not null,
  status text not null,
  merged_to text not null,
  body text not null,
  name_key text not null,
  abn_key text not null,
  email_key text not null,
  domain_key text not null,
  phone_key text not null,
  match_id uuid,
  score bigint not null,
  reasons text not null,
  runners text not null,
  skipped_by text not null,
  run_id uuid,
  remote_updated timestamptz not null,
  updated_at timestamptz not null,
  primary key (org_id, service, remote_id)
);
create index remote_contacts_by_plain_name on remote_contacts (org_id, service, plain_name, remote_id);
create index remote_contacts_by_name on remote_contacts (org_id, service, name_key);
create index remote_contacts_by_abn on remote_contacts (org_id, service, abn_key);
create index remote_contacts_by_email on remote_contacts (org_id, service, email_key);
create index remote_contacts_by_domain on remote_contacts (org_id, service, domain_key);
create index remote_contacts_by_phone on remote_contacts (org_id, service, phone_key);
create index remote_contacts_by_number on remote_contacts (org_id, service, number);
create index remote_contacts_by_match on remote_contacts (org_id, service, match_id);
create index remote_contacts_by_score on remote_contacts (org_id, service, score, remote_id);
create index remote_contacts_by_run on remote_contacts (run_id) where run_id is not null;

create table contact_conflicts (
  id uuid primary key,
  org_id uuid not null,
  customer_id uuid not null references customers (id),
  remote_id text not null,
  field text not null,
  ours text not null,
  theirs text not null,
  ours_by text not null,
  ours_at timestamptz not null,
  theirs_at timestamptz not null,
  note text not null,
  state text not null,
  decided_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index contact_conflicts_by_org on contact_conflicts (org_id, state, id);
create index contact_conflicts_by_customer on contact_conflicts (customer_id, id);
create unique index contact_conflicts_open on contact_conflicts (customer_id, field) where state = 'open';

create table contact_runs (
  id uuid primary key,
  org_id uuid not null,
  kind text not null,
  state text not null,
  planned bigint not null,
  done bigint not null,
  failed bigint not null,
  problem text not null,
  actor text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index contact_runs_by_org on contact_runs (org_id, id);
