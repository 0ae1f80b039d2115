-- +goose Up
-- Operations of one kind, that is alike in all that the history is filtered by,
-- newest first: a filter selects some kinds, and their newest operations are
-- found in this index however rare they are.
create index sync_log_by_kind on sync_log (org_id, actor, entity_type, status, direction, service, id);
drop index sync_log_failed; -- no query repeated its condition

-- The kinds of operations there ever were.
create table sync_log_kinds (
  org_id uuid not null,
  actor text not null,
  entity_type text not null,
  status text not null,
  direction text not null,
  service text not null,
  primary key (org_id, actor, entity_type, status, direction, service)
);
insert into sync_log_kinds (org_id, actor, entity_type, status, direction, service)
select distinct org_id, actor, entity_type, status, direction, service from sync_log;

-- Webhooks by category, and those of states that few are in. SQLite would prefer
-- the index of an organisation's to more telling ones, so that has a condition
-- which only those repeat who go through all of them.
create index inbox_events_by_category on inbox_events (org_id, category, id) where org_id is not null;
create index inbox_events_by_state on inbox_events (org_id, state, id) where state in ('failed', 'ignored');
create index inbox_events_unmatched on inbox_events (id) where state = 'unmatched';
drop index inbox_events_by_org;
create index inbox_events_by_org on inbox_events (org_id, id) where org_id is not null and state <> '';
