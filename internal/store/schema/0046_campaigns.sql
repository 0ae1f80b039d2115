-- +goose Up
-- A template that is sent to many customers.
create table mail_campaigns (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  name text not null,
  template text not null, -- its key
  category text not null,
  audience text not null, -- everybody, search, list
  search text not null,
  state text not null,
  start_at timestamptz,
  place text not null,     -- where planning goes on
  planned bigint not null, -- recipients so far
  lines bigint not null,   -- of the list
  bad_lines bigint not null,
  settled bigint not null, -- recipients with an outcome when it last went on
  problem text not null,
  actor text not null,
  created_at timestamptz not null,
  begun_at timestamptz,
  resumed_at timestamptz,
  ended_at timestamptz,
  updated_at timestamptz not null
);
create index mail_campaigns_by_org on mail_campaigns (org_id, id);
create index mail_campaigns_by_state on mail_campaigns (org_id, state, id);
create index mail_campaigns_open on mail_campaigns (org_id, id) where state in ('loading', 'preparing', 'scheduled', 'running', 'stopping');

-- Whom a campaign goes to, in the order in which it goes. An address stands
-- once among those that are not skipped, whoever plans or changes them.
create table mail_campaign_recipients (
  campaign_id uuid not null references mail_campaigns (id),
  position bigint not null,
  org_id uuid not null,
  customer_id uuid not null,
  address text not null,
  name text not null,
  state text not null,
  code text not null, -- why it is skipped
  reason text not null,
  mail_id uuid,
  primary key (campaign_id, position)
);
create unique index mail_campaign_addresses on mail_campaign_recipients (campaign_id, address) where state <> 'skipped';
create index mail_campaign_recipients_by_state on mail_campaign_recipients (campaign_id, state, position);
create unique index mail_campaign_recipients_by_mail on mail_campaign_recipients (mail_id) where mail_id is not null;

-- The list that a campaign was given: whom each line names, or why nobody.
create table mail_campaign_lines (
  campaign_id uuid not null references mail_campaigns (id),
  line bigint not null,
  org_id uuid not null,
  customer_id uuid not null, -- all zeros: nobody
  text text not null,
  problem text not null,
  primary key (campaign_id, line)
);
create index mail_campaign_bad_lines on mail_campaign_lines (campaign_id, line) where problem <> '';

-- Marketing mail that left in each hour of an organisation's clock.
create table mail_hours (
  org_id uuid not null references organisations (id),
  hour timestamptz not null, -- when it began
  used bigint not null,
  primary key (org_id, hour)
);

create index mails_of_campaign_by_state on mails (campaign_id, state, id) where campaign_id is not null;
create index customers_by_email on customers (org_id, email) where email <> '';
