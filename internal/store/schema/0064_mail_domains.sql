-- +goose Up
-- Domains that mail is sent from, as the mail service told of them last.
create table mail_domains (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  remote_id text not null,
  name text not null,
  region text not null,
  status text not null, -- the service's
  sending boolean not null,
  receiving boolean not null,
  open_tracking boolean not null,
  click_tracking boolean not null,
  read_at timestamptz,     -- from the service
  event_at timestamptz,    -- of the latest event that told of it
  looked_at timestamptz,   -- in DNS
  verified_at timestamptz, -- since when it was ever verified
  broken_at timestamptz,   -- since when what worked does not
  broken_why text not null,
  gone_at timestamptz      -- the service has it no more
);
create unique index mail_domains_by_remote on mail_domains (remote_id, org_id);
create index mail_domains_by_name on mail_domains (org_id, name, id);

-- What the DNS of a domain has to hold, and what was found there.
create table mail_domain_records (
  domain_id uuid not null references mail_domains (id),
  position bigint not null,
  org_id uuid not null references organisations (id),
  kind text not null,
  type text not null,
  name text not null, -- as DNS hosts ask for it
  host text not null, -- the whole name
  value text not null,
  priority bigint,
  status text not null,  -- the service's; empty: it does not ask for the record
  verdict text not null, -- ours; empty: never looked up
  found text not null,   -- a JSON list of values
  found_at text not null, -- the name that holds them, where that is another
  unanswered boolean not null, -- the last look-up got no answer; what is kept is older
  looked_at timestamptz,
  right_at timestamptz, -- last found as it has to be
  primary key (domain_id, position)
);

-- What changed about domains.
create table mail_domain_changes (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  domain_id uuid not null references mail_domains (id),
  subject text not null, -- kind of the record; empty: the domain itself
  was text not null,
  became text not null,
  cause text not null,
  actor text not null,
  note text not null,
  at timestamptz not null
);
create index mail_domain_changes_of on mail_domain_changes (domain_id, id);

-- How the last attempt to read an organisation's domains went.
create table mail_domain_reads (
  org_id uuid primary key references organisations (id),
  tried_at timestamptz not null,
  problem text not null -- why it failed; empty: it did not
);
