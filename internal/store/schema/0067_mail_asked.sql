-- +goose Up
-- When the mail service was last asked what became of a mail of which it told
-- nothing.
alter table mails add column asked_at timestamptz;
