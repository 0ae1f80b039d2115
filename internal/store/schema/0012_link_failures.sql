-- +goose Up
-- Counting what needs a person, and what of it nobody has seen, reads this alone.
create index links_need_person on links (org_id, seen_at) where state in ('rejected', 'dead', 'blocked');
