-- +goose Up
-- SQLite uses a partial index only where a query repeats its condition, so
-- each of these has the one state that a query asks for.
drop index inbox_events_waiting;
create index inbox_events_waiting on inbox_events (service, due_at) where state = 'received';
create index inbox_events_working on inbox_events (service) where state = 'working';
drop index inbox_events_by_org;
create index inbox_events_by_org on inbox_events (org_id, id) where org_id is not null;
