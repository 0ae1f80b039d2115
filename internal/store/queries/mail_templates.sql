-- name: MailTemplates :many
select * from mail_templates where org_id = @org_id order by key;

-- name: MailTemplate :one
select * from mail_templates where org_id = @org_id and key = @key;

-- name: InsertMailTemplate :execrows
insert into mail_templates (id, org_id, key, name, category, purpose, marketing, subject, preheader, body, text, revision, published, published_revision, created_by, created_at, updated_by, updated_at)
values (@id, @org_id, @key, @name, @category, @purpose, @marketing, @subject, @preheader, @body, @text, 1, 0, 0, @by, @now, @by, @now)
on conflict (org_id, key) do nothing;

-- name: UpdateMailTemplate :execrows
update mail_templates set name = @name, category = @category, purpose = @purpose, marketing = @marketing, subject = @subject, preheader = @preheader, body = @body, text = @text,
  revision = revision + 1, updated_by = @by, updated_at = @now
where org_id = @org_id and key = @key and revision = @revision;

-- name: PublishMailTemplate :execrows
update mail_templates set published = @published, published_revision = revision, updated_by = @by, updated_at = @now
where org_id = @org_id and key = @key and revision = @revision and published = @before;

-- name: ArchiveMailTemplate :execrows
update mail_templates set archived_at = @archived_at, updated_by = @by, updated_at = @now where org_id = @org_id and key = @key;

-- name: InsertMailTemplateVersion :exec
insert into mail_template_versions (template_id, number, org_id, name, marketing, subject, preheader, body, text, note, published_by, published_at)
values (@template_id, @number, @org_id, @name, @marketing, @subject, @preheader, @body, @text, @note, @published_by, @now);

-- name: MailTemplateVersions :many
select * from mail_template_versions where org_id = @org_id and template_id = @template_id order by number desc;

-- name: MailTemplateVersion :one
select * from mail_template_versions where org_id = @org_id and template_id = @template_id and number = @number;
