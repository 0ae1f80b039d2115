-- +goose Up
-- What an organisation writes in place of a template of the library, or beside
-- them: a draft that is worked on, and versions that were published.
create table mail_templates (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  key text not null,
  name text not null,
  category text not null,
  purpose text not null,
  marketing boolean not null,
  subject text not null,
  preheader text not null,
  body text not null,
  text text not null,
  revision bigint not null, -- of the draft, from 1
  published bigint not null, -- version in use; 0: none yet
  published_revision bigint not null, -- of the draft, of which it was made
  archived_at timestamptz,
  created_by text not null,
  created_at timestamptz not null,
  updated_by text not null,
  updated_at timestamptz not null
);
create unique index mail_templates_by_key on mail_templates (org_id, key);

-- Never changed.
create table mail_template_versions (
  template_id uuid not null references mail_templates (id),
  number bigint not null,
  org_id uuid not null,
  name text not null,
  marketing boolean not null,
  subject text not null,
  preheader text not null,
  body text not null,
  text text not null,
  note text not null,
  published_by text not null,
  published_at timestamptz not null,
  primary key (template_id, number)
);
