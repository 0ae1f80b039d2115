-- +goose Up
-- What a suppression stops has words of its own: "marketing" meant all marketing,
-- and is the name of a category as well.
update mail_suppressions set scope = 'all_marketing' where scope = 'marketing';
update mail_suppressions set scope = 'category:' || scope where scope not in ('all', 'all_marketing');

-- How each came, and where it stands on the mail service's own list.
alter table mail_suppressions add column via text not null default '';
alter table mail_suppressions add column remote_state text not null default ''; -- adding, there, taken_off, removing
alter table mail_suppressions add column remote_id text not null default '';
alter table mail_suppressions add column remote_at timestamptz;
update mail_suppressions set via = case reason when 'unsubscribe' then 'recipient' when 'manual' then 'person' else 'mail_event' end;
update mail_suppressions set remote_state = 'adding' where removed_at is null and scope = 'all';
create index mail_suppressions_to_tell on mail_suppressions (org_id, id) where remote_state in ('adding', 'removing');
create index mail_suppressions_remote on mail_suppressions (org_id, remote_id) where remote_id <> '';
create index mail_suppressions_there on mail_suppressions (org_id, id) where remote_state = 'there';
create index mail_suppressions_removed_list on mail_suppressions (org_id, id) where removed_at is not null;

-- Whether suppressions are exchanged with the mail service's own list.
create table mail_list_exchanges (
  org_id uuid primary key references organisations (id),
  state text not null,
  problem text not null,
  attempts bigint not null,
  account text not null, -- of the service
  looked_at timestamptz,
  whole_at timestamptz, -- when all of it was read
  begun_at timestamptz, -- when reading all of it began; null: it is not under way
  reached text not null, -- how far that came
  held_by uuid, -- the process that exchanges now
  held_until timestamptz,
  updated_at timestamptz not null
);
create index mail_list_exchanges_by_account on mail_list_exchanges (account);

-- Consent to marketing mail, given and withdrawn. Rows are only added.
create table mail_consents (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  address_hash text not null, -- the log outlives the address
  customer_id uuid,
  scope text not null,
  given boolean not null,
  way text not null,
  note text not null,
  created_by text not null,
  created_at timestamptz not null
);
create index mail_consents_by_org on mail_consents (org_id, id);
create index mail_consents_of_address on mail_consents (org_id, address_hash, id);
create index mail_consents_of_customer on mail_consents (org_id, customer_id, id) where customer_id is not null;
insert into mail_consents (id, org_id, address_hash, customer_id, scope, given, way, note, created_by, created_at)
select id, org_id, '', id, 'all_marketing', marketing_consent, 'record', 'Noted before this log was kept.', '', updated_at from customers where marketing_consent;

-- Wishes for marketing mail that wait for the click in a mail.
create table mail_confirmations (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  token_hash text not null,
  address text not null,
  wanted text not null, -- categories, with spaces between
  mail_id uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create unique index mail_confirmations_by_token on mail_confirmations (token_hash);
create index mail_confirmations_of_address on mail_confirmations (org_id, address, created_at);

-- Files of addresses on their way to the list of suppressions.
create table mail_suppression_imports (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  name text not null,
  state text not null, -- ready, running, done
  lines bigint not null, -- that can be taken
  refused bigint not null,
  taken bigint not null,
  added bigint not null,
  known bigint not null,
  created_by text not null,
  created_at timestamptz not null,
  ended_at timestamptz
);
create index mail_suppression_imports_by_org on mail_suppression_imports (org_id, id);
create index mail_suppression_imports_running on mail_suppression_imports (org_id) where state = 'running';
create table mail_suppression_import_files (
  import_id uuid primary key references mail_suppression_imports (id),
  file text not null
);
