-- +goose Up
-- Webhooks as they were taken in together, until each is filed in inbox_events.
create table inbox_batches (
  id uuid primary key,
  size bigint not null,
  events text not null
);
