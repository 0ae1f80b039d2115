-- +goose Up
-- When a mail left, as far as that is known, and when its recipient ended such
-- mail by it.
alter table mails add column left_at timestamptz;
alter table mails add column unsubscribed_at timestamptz;
update mails set left_at = coalesce(sent_at, delayed_at, delivered_at, opened_at, clicked_at, bounced_at, complained_at, failed_at);
create index mails_left on mails (org_id, left_at, id) where left_at is not null;

-- What became of the mail of each day: added up as it changes, so that reports
-- read few rows. It can be made from mails again at any time.
create table mail_figures (
  org_id uuid not null references organisations (id),
  facet text not null, -- all, category, template, campaign, domain, bounce; domain_month holds whole months
  day text not null,   -- on which mail left, by the organisation's clock; of months the first
  value text not null,
  sent bigint not null,
  delivered bigint not null,
  opened bigint not null,
  opened_by_person bigint not null,
  clicked bigint not null,
  clicked_by_person bigint not null,
  bounced bigint not null,
  complained bigint not null,
  unsubscribed bigint not null,
  stopped bigint not null,
  primary key (org_id, facet, day, value)
);

alter table mail_settings add column figures_zone text not null default ''; -- by whose clock days were told apart; '': not added up yet
-- Marketing mail pauses by itself when too much comes back.
alter table mail_settings add column marketing_paused_why text not null default '';
alter table mail_settings add column marketing_paused_at timestamptz;
-- What was told people of that, and what they have forgiven, JSON.
alter table mail_settings add column reputation text not null default '';
