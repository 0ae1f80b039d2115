-- +goose Up
-- What a service holds for all records alike, such as its accounts, as it was
-- last read.
create table remote_lists (
  org_id uuid not null references organisations (id),
  service text not null,
  kind text not null,
  body text not null,
  read_at timestamptz not null,
  primary key (org_id, service, kind)
);
