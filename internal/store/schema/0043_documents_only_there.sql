-- +goose Up
-- What a document that only the service has is, and why it cannot be made a
-- record here (JSON); empty for every other difference.
alter table reconciliation_differences add column document text not null default '';
