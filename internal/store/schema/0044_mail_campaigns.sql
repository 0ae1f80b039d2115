-- +goose Up
-- Mails that were sent together to a list of customers.
alter table mails add column campaign_id uuid;
create index mails_of_campaign on mails (campaign_id, id) where campaign_id is not null;
