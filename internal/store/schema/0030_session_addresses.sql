-- +goose Up
-- Where a session was used last, to show to the person alone; no history of it.
alter table sessions add column address text not null default '';
