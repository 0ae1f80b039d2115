-- +goose Up
-- E-mails of the business, one for each recipient.
create table mails (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  category text not null,
  stream text not null,
  template text not null,
  about_kind text not null,
  about_id uuid,
  customer_id uuid,
  recipient text not null,
  recipient_name text not null,
  subject text not null,
  alone boolean not null,
  state text not null,
  urgency bigint not null, -- lower leaves first
  parcel_id uuid,
  position bigint not null,
  remote_id text not null,
  attempts bigint not null,
  due_at timestamptz not null,
  error_code text not null,
  error_text text not null,
  created_by text not null,
  created_at timestamptz not null,
  sent_at timestamptz,
  delayed_at timestamptz,
  delivered_at timestamptz,
  opened_at timestamptz,
  clicked_at timestamptz,
  opened_by_person_at timestamptz,
  clicked_by_person_at timestamptz,
  bounced_at timestamptz,
  complained_at timestamptz,
  failed_at timestamptz,
  suppressed_at timestamptz,
  cancelled_at timestamptz
);
create index mails_by_org on mails (org_id, id);
create index mails_by_state on mails (org_id, state, id);
create index mails_by_category on mails (org_id, category, id);
create index mails_by_category_and_state on mails (org_id, category, state, id);
create index mails_by_recipient on mails (org_id, recipient, id);
create index mails_about on mails (org_id, about_id, id) where about_id is not null;
create index mails_by_customer on mails (org_id, customer_id, id) where customer_id is not null;
create index mails_waiting on mails (org_id, urgency, due_at, id) where state = 'queued' and parcel_id is null;
create index mails_due on mails (org_id, due_at) where state = 'queued' and parcel_id is null;
create index mails_in_parcel on mails (parcel_id, position) where parcel_id is not null;
create index mails_by_remote on mails (remote_id) where remote_id <> '';

-- The frozen requests. They are large, and stand apart so that lists do not read
-- them and changes of a mail do not write them again.
create table mail_payloads (
  mail_id uuid primary key references mails (id),
  payload text not null
);

-- Requests that carry mails: their members and their order never change, so
-- that a repeated one is the same request under the same key.
create table mail_parcels (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  size bigint not null,
  urgency bigint not null,
  state text not null, -- waiting, sending, done
  attempts bigint not null,
  due_at timestamptz not null,
  tried_at timestamptz, -- first; keys are forgotten a day later
  doubtful boolean not null, -- it may have arrived
  account text not null, -- of the service, at which it was tried first
  claimed_by uuid,
  claimed_at timestamptz,
  created_at timestamptz not null
);
create index mail_parcels_open on mail_parcels (org_id, urgency, due_at, id) where state <> 'done';

-- What the service told of mails. Those of mails that are not known yet wait.
create table mail_events (
  id uuid primary key,
  org_id uuid,
  mail_id uuid,
  remote_id text not null,
  what text not null,
  at timestamptz not null,
  recipient text not null,
  agent text not null,
  link text not null,
  permanent boolean not null,
  code text not null,
  text text not null
);
create index mail_events_of on mail_events (mail_id, at, id) where mail_id is not null;
create index mail_events_strange on mail_events (remote_id) where mail_id is null;
create index mail_events_bounces on mail_events (org_id, recipient, at) where what = 'bounced';
create index mail_events_by_people on mail_events (mail_id, at) where what = 'clicked' and agent = 'person';

-- The service's ids of mails that something is told of before they are known.
-- Whoever keeps such an event and whoever learns such an id hold its row, so
-- that the one sees what the other wrote.
create table mail_strangers (
  remote_id text primary key
);

-- Addresses that must not be written to.
create table mail_suppressions (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  address text not null,
  scope text not null,
  reason text not null,
  source text not null,
  note text not null,
  created_by text not null,
  created_at timestamptz not null,
  removed_by text not null,
  removed_note text not null,
  removed_at timestamptz
);
create unique index mail_suppressions_held on mail_suppressions (org_id, address, scope) where removed_at is null;
create index mail_suppressions_by_org on mail_suppressions (org_id, id);
create index mail_suppressions_removed on mail_suppressions (org_id, address, removed_at) where removed_at is not null;

-- How an organisation sends, JSON, and whether sending pauses.
create table mail_settings (
  org_id uuid primary key references organisations (id),
  settings text not null,
  sealed_key text not null,
  paused_why text not null,
  paused_code text not null,
  paused_until timestamptz,
  updated_by text not null,
  updated_at timestamptz not null
);
