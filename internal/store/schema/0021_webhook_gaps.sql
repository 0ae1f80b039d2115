-- +goose Up
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
