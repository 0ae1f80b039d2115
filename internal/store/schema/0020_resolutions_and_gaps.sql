-- +goose Up
-- Why a link last failed and what was done about it since, which outlive the
-- reason of a later try; and what a dismissal took it from. Links that are
-- dismissed together share the id of the dismissal, which is in order of time.
alter table links add column failed_code text not null default '';
alter table links add column failed_text text not null default '';
alter table links add column mend text not null default '';
alter table links add column mended_by text not null default '';
alter table links add column dismissed_from text not null default '';
alter table links add column dismissal uuid;
alter table links add column dismissed_at timestamptz;
create index links_dismissals on links (org_id, dismissal) where dismissal is not null;

update links set failed_code = error_code, failed_text = error_text where failed_at is not null;
update links set dismissed_from = case when error_kind = 'blocked' then 'blocked' when attempts >= 5 then 'dead' else 'rejected' end
where state = 'dismissed';

create table link_resolutions (
  id uuid primary key,
  org_id uuid not null,
  service text not null,
  kind text not null,
  record_id uuid not null,
  label text not null,
  failed_code text not null,
  failed_text text not null,
  failed_at timestamptz not null,
  mend text not null,
  mended_by text not null,
  resolved_at timestamptz not null
);
create index link_resolutions_by_org on link_resolutions (org_id, id);

-- How far the numbers have come that a service gives its webhooks, which of
-- them are missing (JSON) and since when it changes records without telling.
-- Changes before told_from are known not to have been told.
create table inbox_endpoints (
  service text primary key,
  highest bigint not null,
  highest_at timestamptz,
  last_at timestamptz,
  missing text not null,
  silent_since timestamptz,
  told_from timestamptz
);

-- Webhooks that did not arrive, and how what they told was made up for. Of a
-- hole in the numbers, missing is what of it has not come since.
create table inbox_gaps (
  id uuid primary key,
  service text not null,
  cause text not null,
  first_sequence bigint not null,
  last_sequence bigint not null,
  missing text not null,
  from_at timestamptz not null,
  until_at timestamptz,
  found_at timestamptz not null,
  reading_at timestamptz,
  filled_at timestamptz,
  filled_by text not null
);
create index inbox_gaps_open on inbox_gaps (service) where filled_at is null;
