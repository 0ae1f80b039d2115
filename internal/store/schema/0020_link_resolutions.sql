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
